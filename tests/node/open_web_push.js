// Opens one Web Push message by the npm package `http_ece`, another's reading of RFC 8188 and 8291.
// Standard input: JSON {body, key, auth}, each in base64url. Standard output: what was in it.
const crypto = require("node:crypto");
const ece = require("http_ece");

const given = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const browser = crypto.createECDH("prime256v1");
browser.setPrivateKey(Buffer.from(given.key, "base64url"));
const plain = ece.decrypt(Buffer.from(given.body, "base64url"), {
  version: "aes128gcm",
  privateKey: browser,
  authSecret: given.auth,
});
process.stdout.write(plain);
