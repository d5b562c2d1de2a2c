// Keeps a page fresh. A region marked data-live says in data-state what it
// shows, in data-events where changes are streamed, and in data-page where the
// server renders it anew. Everything also works without this script.
(() => {
  "use strict";

  const pollEvery = 2000;
  let source = null;
  let poll = 0;
  let busy = false;

  const region = () => document.querySelector("[data-live]");

  const fetchRegion = async (url) => {
    const answer = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-live]");
    return found && { found, title: page.title };
  };

  // swap puts the server's rendering in place of the region and tells those
  // whose focus was inside where they are now.
  const swap = async (url, always) => {
    if (busy) return;
    busy = true;
    try {
      const fresh = await fetchRegion(url);
      const old = region();
      if (!fresh || !old) return;
      if (!always && fresh.found.dataset.state === old.dataset.state) return;
      const focused = old.contains(document.activeElement);
      const next = document.adoptNode(fresh.found);
      next.classList.add("changed");
      old.replaceWith(next);
      document.title = fresh.title;
      if (focused) next.querySelector("[tabindex='-1'], a, button")?.focus();
      equip(next);
      if ("final" in next.dataset) stop();
    } catch {
      // The network is away; the stream or the poll comes back to it.
    } finally {
      busy = false;
    }
  };

  const startPoll = () => {
    if (poll) return;
    poll = setInterval(() => {
      const now = region();
      if (now && !document.hidden) swap(now.dataset.page, false);
    }, pollEvery);
  };

  const stop = () => {
    source?.close();
    source = null;
    clearInterval(poll);
    poll = 0;
  };

  const start = () => {
    stop();
    const now = region();
    if (!now || "final" in now.dataset) return;
    if (!window.EventSource) {
      startPoll();
      return;
    }
    source = new EventSource(now.dataset.events);
    source.addEventListener("state", (e) => {
      const current = region();
      if (current && JSON.parse(e.data).state !== current.dataset.state) swap(current.dataset.page, false);
    });
    source.onopen = () => {
      clearInterval(poll);
      poll = 0;
    };
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) startPoll();
    };
  };

  const countDown = (el) => {
    const end = performance.now() + Number(el.dataset.countdown) * 1000;
    const tick = () => {
      if (!el.isConnected) return;
      const left = Math.max(0, Math.round((end - performance.now()) / 1000));
      el.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      el.classList.toggle("short", left <= 30);
      if (left > 0) setTimeout(tick, 500);
    };
    tick();
  };

  const copyFrom = (button) => {
    const field = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy");
      }
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  };

  const equip = (root) => {
    root.querySelectorAll("[data-countdown]").forEach(countDown);
    root.querySelectorAll("[data-copy]").forEach(copyFrom);
    root.querySelectorAll("a[data-swap]").forEach((a) => {
      a.addEventListener("click", (e) => {
        e.preventDefault();
        swap(a.href, true);
      });
    });
  };

  equip(document);
  start();
  window.addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    const now = region();
    if (now) swap(now.dataset.page, false);
    start();
  });
  window.addEventListener("pagehide", stop);
})();
