// Encrypts, decrypts and signs with @wecom/crypto: a list of orders on stdin, of answers on stdout.
const { decrypt, encrypt, getSignature } = require("@wecom/crypto");

const does = {
  sign: ({ token, timestamp, nonce, encrypted }) =>
    getSignature(token, timestamp, nonce, encrypted),
  decrypt: ({ key, encrypted }) => {
    const { message, id } = decrypt(key, encrypted);
    return { message, id };
  },
  encrypt: ({ key, message, id }) => encrypt(key, message, id),
};

const orders = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(orders.map((order) => does[order.do](order))));
