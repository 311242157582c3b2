// The list of conversations at the left: chosen, searched, renamed, deleted.
(() => {
  const find = (selector) => document.querySelector(selector);
  const REFRESH = 15000;
  let query = "";

  async function list() {
    const place = find("#conversations");
    const used = () => !place || place.querySelector("details[open], input");
    if (used()) return;
    const html = await window.swarm.fetched(`panel/conversations?query=${encodeURIComponent(query)}`);
    if (html !== null && place.shown !== html && !used()) place.innerHTML = place.shown = html;
    mark();
  }

  function mark() {
    for (const row of document.querySelectorAll("#conversations [data-row]")) row.ariaCurrent = row.dataset.row === window.swarm.session ? "true" : null;
  }

  function open(session) {
    document.dispatchEvent(new CustomEvent("swarm:open", { detail: session }));
    if (matchMedia("(max-width: 900px)").matches) find("#desk").classList.remove("sided");
  }

  function rename(button) {
    const talk = button.closest("[data-row]").querySelector(".talk");
    const box = Object.assign(document.createElement("input"), { value: button.dataset.title, className: "title", ariaLabel: "New title" });
    talk.replaceWith(box);
    button.closest("details").open = false;
    box.select();
    const done = async (keep) => {
      box.onblur = null;
      if (keep && box.value.trim()) {
        await fetch(`panel/conversations/${encodeURIComponent(button.dataset.rename)}/title`, { method: "POST", body: new URLSearchParams({ title: box.value }) });
      }
      box.remove();
      find("#conversations").shown = "";
      list();
    };
    box.onblur = () => done(true);
    box.onkeydown = ({ key }) => (key === "Enter" || key === "Escape") && done(key === "Enter");
  }

  async function remove(button) {
    if (button.dataset.sure === undefined) {
      button.dataset.sure = "";
      button.textContent = "Delete for good?";
      return;
    }
    const session = button.dataset.delete;
    button.closest("details").open = false;
    await fetch(`panel/conversations/${encodeURIComponent(session)}`, { method: "DELETE" });
    find("#conversations").shown = "";
    if (session === window.swarm.session) find("#new")?.click();
    list();
  }

  document.addEventListener("click", ({ target }) => {
    const chosen = target.closest?.("[data-session], [data-rename], [data-delete]");
    for (const menu of document.querySelectorAll("#conversations details[open]")) if (!menu.contains(target)) menu.open = false;
    const kept = target.closest?.("#conversations menu a");
    if (kept) kept.closest("details").open = false;
    if (!chosen) return;
    if (chosen.dataset.session) open(chosen.dataset.session);
    else if (chosen.dataset.rename) rename(chosen);
    else remove(chosen);
  });
  document.addEventListener("submit", (event) => event.target.dataset?.list && event.preventDefault());
  document.addEventListener("input", ({ target }) => {
    if (!target.form?.dataset.list) return;
    query = target.value;
    clearTimeout(target.waiting);
    target.waiting = setTimeout(list, 200);
  });
  document.addEventListener("swarm:settled", list);
  setInterval(() => !document.hidden && list(), REFRESH);
  const ready = setInterval(() => find("#conversations") && (clearInterval(ready), list()), 100);
})();
