// The Bot API emulator telegram-test-api on a free port, with what real bots need and it lacks.
// Prints the port; ends when its input does.
"use strict";
const axios = require("axios");
const { routes } = require("telegram-test-api/lib/routes/index");
const { TelegramServer } = require("telegram-test-api/lib/telegramServer");

const LIMIT = 4096; // a JavaScript string's length is in UTF-16 units, as Telegram counts
const ok = (res, result) => res.json({ ok: true, result });
const secrets = {}; // by webhook address

// Comes before the emulator's own routes.
routes.unshift((app, server) => {
  app.all("/bot:token/getMe", (req, res) =>
    ok(res, { id: 666, is_bot: true, first_name: "Test", username: "TestNameBot" }));
  app.all("/bot:token/getUpdates", async (req, res) => {
    let updates = server.getUpdates(req.params.token);
    const wait = 1000 * Math.min(Number(req.body.timeout || 0), 5);
    if (!updates.length && wait) {
      await Promise.race([server.waitUserMessage(), new Promise((done) => setTimeout(done, wait))]);
      updates = server.getUpdates(req.params.token);
    }
    ok(res, updates);
  });
  app.all("/bot:token/sendMessage", (req, res) => {
    const text = req.body.text.replace(/<[^>]*>/g, "");
    if (text.length > LIMIT) {
      return res.status(400).json({ ok: false, description: "Bad Request: message is too long" });
    }
    const sent = server.addBotMessage(req.body, req.params.token);
    const chat = { id: Number(req.body.chat_id), type: "private", first_name: "Test" };
    return ok(res, { message_id: sent.message_id, date: Math.floor(sent.date / 1000), chat, text });
  });
  app.all("/bot:token/setWebhook", (req, res) => {
    secrets[req.body.url] = req.body.secret_token;
    server.setWebhook(req.body, req.params.token);
    ok(res, true);
  });
  for (const method of ["answerCallbackQuery", "setMyCommands", "sendChatAction"]) {
    app.all(`/bot:token/${method}`, (req, res) => ok(res, true));
  }
});
axios.interceptors.request.use((config) => {
  const secret = secrets[config.url];
  if (secret) config.headers["X-Telegram-Bot-Api-Secret-Token"] = secret;
  return config;
});
const format = TelegramServer.formatUpdate;
TelegramServer.formatUpdate = (update) => {
  const made = format(update);
  if (made.callback_query) {
    made.callback_query.chat_instance = "1";
    Object.assign(made.callback_query.message, { message_id: update.messageId, date: 1 });
  }
  return made;
};

const server = new TelegramServer({ host: "127.0.0.1" });
server.config.port = 0;
server.start().then(() => console.log(server.server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
