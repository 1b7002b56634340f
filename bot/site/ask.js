// "Ask about this" opens the widget with the provision in focus; without it the link leads to /talk.
addEventListener("click", (event) => {
  const link = event.target.closest("a[data-ask]");
  const chat = document.querySelector("chuangwen-chat");
  const elsewhere = event.button || event.metaKey || event.ctrlKey || event.shiftKey;
  if (!link || !chat?.shadowRoot || elsewhere) return;
  event.preventDefault();
  chat.about(link.dataset.ask);
});
// What the open chat covers can be uncovered from where the focus is, which stays there.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  document.querySelector("chuangwen-chat")?.close?.();
});
