"""What is counted of requests."""

from backend.kernel.metrics import Metrics


def test_methods_that_a_client_makes_up_are_one_counter() -> None:
    """Whoever sends a new method with each request makes no new counter with each."""
    metrics = Metrics()

    for n in range(50):
        metrics.count(f"METHOD{n}", 405, 0.001)
    metrics.count("GET", 200, 0.001)

    lines = metrics.text().decode().splitlines()
    counted = [line for line in lines if line.startswith("carnet_requests_total")]
    assert sorted(counted) == [
        'carnet_requests_total{method="GET",status="200"} 1.0',
        'carnet_requests_total{method="other",status="405"} 50.0',
    ]


def test_denials_for_not_knowing_are_counted_by_profession() -> None:
    """An operator sees of which profession the rights matrix says too little."""
    metrics = Metrics()

    metrics.count_unknown("70", 40)
    metrics.count_unknown("21")
    metrics.count_unknown("70")

    assert metrics.unknown_denials() == {"70": 41, "21": 1}
    assert 'carnet_rights_unknown_total{profession="70"} 41.0' in metrics.text().decode()
