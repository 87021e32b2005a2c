// Keeps an open page as the server would draw it now. Without this script the page is complete, and stands still.
const find = (id) => document.getElementById(id);
const [main, live, news, pause, state] = ["main", "live", "news", "pause", "state"].map(find);
const AGAIN_MS = 10_000; // a refused stream, unlike a broken one, is not tried again by the browser itself
let stream, timer, sentence;
let paused = false;

function show({ data }) {
  const page = JSON.parse(data);
  state.textContent = "Updates by itself.";
  // Whoever is marking words to copy them keeps them.
  if (!getSelection().isCollapsed && main.contains(getSelection().anchorNode)) return;
  const focused = main.contains(document.activeElement) && document.activeElement.getAttribute("href");
  for (const [id, html] of Object.entries(page.parts)) find(id).innerHTML = html; // escaped on the server
  if (focused) main.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  document.title = page.title;
  if (sentence !== page.sentence) news.textContent = page.sentence;
  sentence = page.sentence;
}

function listen() {
  clearTimeout(timer);
  stream?.close();
  if (paused || document.hidden) return;
  stream = new EventSource(live.dataset.from);
  stream.onmessage = show;
  stream.onerror = () => {
    state.textContent = "Not connected: trying again. What you see is what was last known.";
    if (stream.readyState === EventSource.CLOSED) timer = setTimeout(listen, AGAIN_MS);
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
