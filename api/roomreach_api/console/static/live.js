// Keeps an open page as the server would draw it now. Without this script the page is complete, and stands still.
const find = (id) => document.getElementById(id);
const [main, live, news, pause, state] = ["main", "live", "news", "pause", "state"].map(find);
const AGAIN_MS = 10_000; // a refused stream, unlike a broken one, is not tried again by the browser itself
let stream, timer, sentence, pending;
let paused = false;

function hear({ data }) {
  const page = JSON.parse(data);
  pending = { ...page, parts: { ...pending?.parts, ...page.parts } };
  show();
}

function show() {
  // Whoever is marking words to copy them keeps them.
  const marking = !getSelection().isCollapsed && main.contains(getSelection().anchorNode);
  state.textContent = marking ? "Standing still while words are marked." : "Updates by itself.";
  if (marking) return;
  for (const [id, html] of Object.entries(pending.parts)) replace(find(id), html);
  document.title = pending.title;
  if (sentence !== pending.sentence) news.textContent = pending.sentence;
  sentence = pending.sentence;
  pending = undefined;
}

function replace(part, html) {
  const focused = part.contains(document.activeElement) && document.activeElement;
  const href = focused && focused.getAttribute("href");
  const same = (inside) => [...inside.querySelectorAll(`[href="${CSS.escape(href)}"]`)];
  const nth = href && same(part).indexOf(focused);
  part.innerHTML = html; // escaped on the server
  if (href) (same(part)[nth] ?? same(part).at(-1) ?? same(main)[0])?.focus({ preventScroll: true });
}

function listen() {
  clearTimeout(timer);
  stream?.close();
  if (paused || document.hidden) return;
  const again = () => {
    stream.close();
    timer = setTimeout(listen, AGAIN_MS);
  };
  stream = new EventSource(live.dataset.from);
  stream.onmessage = hear;
  stream.addEventListener("full", ({ data }) => {
    state.textContent = data;
    again();
  });
  stream.onerror = () => {
    state.textContent = "Not connected: trying again. What you see is what was last known.";
    if (stream.readyState === EventSource.CLOSED) again();
  };
}

pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? "Resume updates" : "Pause updates";
  state.textContent = paused ? "Paused. What you see is what was last known." : "Updates by itself.";
  listen();
});
document.addEventListener("visibilitychange", listen);
addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => event.persisted && listen());

sentence = document.querySelector(".headline")?.textContent;
state.textContent = "Updates by itself.";
live.hidden = false;
listen();
