// The panel and the list of conversations: pieces of HTML that the server renders, put in their place.
//   data-open="address"   a link or a form that shows this view in the panel; a form adds its fields
//   data-say="sentence"   writes the sentence into the composer
//   data-attach="…"       the same, and asks for a file
//   data-live             a view that is asked for again while it is looked at
window.swarm = (() => {
  const find = (selector) => document.querySelector(selector);
  const REFRESH = 3000;
  const PLOTLY = new URL("plotly.js", document.currentScript.src).href;
  const UNREACHABLE = '<p class="notice bad" role="alert">The server does not answer. This is tried again.</p><div data-live></div>';
  let shown = { address: "", html: "" };
  let wanted = "";

  // What the server renders at an address; null when it does not answer or has nothing there.
  async function fetched(address) {
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    return answer?.ok ? answer.text() : null;
  }

  const ticked = (root) => [...root.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);

  function put(html) {
    const body = find("#panel-body");
    const kept = ticked(body);
    body.innerHTML = html;
    body.querySelectorAll("input[type=checkbox]").forEach((box) => (box.checked = kept.includes(box.value)));
    settle(body);
    draw(body);
  }

  function settle(body) {
    const compare = body.querySelector("#compare button");
    if (compare) compare.disabled = ticked(body).length < 2;
    const log = body.querySelector("pre.log");
    if (log) log.scrollTop = log.scrollHeight;
  }

  const narrow = () => matchMedia("(max-width: 900px)").matches;

  async function open(address) {
    wanted = address;
    find("#desk").classList.add("panelled");
    if (narrow()) find("#desk").classList.remove("sided");
    for (const tab of document.querySelectorAll("#panel-tabs [role=tab]")) tab.ariaSelected = String(belongs(address, tab.dataset.open));
    if (shown.address !== address) find("#panel-body").ariaBusy = "true";
    const html = (await fetched(`panel/${address}`)) ?? UNREACHABLE;
    if (wanted !== address) return; // somebody went elsewhere meanwhile
    find("#panel-body").ariaBusy = null;
    if (shown.address === address && shown.html === html) return;
    const moved = shown.address !== address;
    shown = { address, html };
    put(html);
    if (moved) find("#panel-body").scrollTop = 0;
  }

  const PARTS = { run: "runs", compared: "runs", bucket: "data", object: "data", document: "documents" };
  const belongs = (address, tab) => (PARTS[address.split("?")[0]] ?? address.split("?")[0]) === tab;

  function close() {
    find("#desk").classList.remove("panelled");
    for (const tab of document.querySelectorAll("#panel-tabs [role=tab]")) tab.ariaSelected = "false";
  }

  // Plotly comes with the page once a chart is in the conversation; the panel asks for it when it needs it first.
  let plotly;
  function draw(root) {
    const places = root.querySelectorAll("[data-figure]");
    if (!places.length) return;
    plotly ??= window.Plotly ? Promise.resolve() : new Promise((done) => {
      document.head.append(Object.assign(document.createElement("script"), { src: PLOTLY, onload: done }));
    });
    plotly.then(() => places.forEach((place) => {
      const { data, layout, config } = JSON.parse(place.dataset.figure);
      place.style.height = `${layout.height}px`;
      window.Plotly.newPlot(place, data, { ...layout, autosize: true }, { ...config, responsive: true });
    }));
  }

  function say(sentence) {
    const box = find("#composer textarea");
    if (!box || box.disabled) return;
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, sentence);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus({ preventScroll: true });
    if (narrow()) close();
  }

  function fields(form) {
    const given = [...new FormData(form)].filter(([, value]) => value !== "").map((pair) => pair.map(encodeURIComponent).join("="));
    const address = form.dataset.open;
    return given.length ? `${address}${address.includes("?") ? "&" : "?"}${given.join("&")}` : address;
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-open], [data-say], [data-attach], [data-close], [data-session], [data-menu]");
    if (!target || target.tagName === "FORM") return;
    if (target.tagName === "A") event.preventDefault();
    if (target.dataset.open) {
      const again = target.role === "tab" && target.ariaSelected === "true" && find("#desk").classList.contains("panelled");
      again ? close() : open(target.dataset.open);
    } else if (target.dataset.say) say(target.dataset.say);
    else if (target.dataset.attach) {
      say(target.dataset.attach);
      find("#composer input[type=file]")?.click();
    } else if (target.hasAttribute("data-close")) close();
    else if (target.dataset.menu) find("#desk").classList.toggle(target.dataset.menu);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.dataset?.open) return;
    event.preventDefault();
    open(fields(event.target));
  });
  document.addEventListener("change", ({ target }) => {
    const form = target.form;
    if (target.type === "checkbox") settle(find("#panel-body"));
    else if (form?.dataset.open && target.tagName === "SELECT") open(fields(form));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && find("#desk").classList.contains("panelled")) close();
  });
  setInterval(() => {
    const body = find("#panel-body");
    const live = wanted === shown.address && body?.querySelector("[data-live]");
    if (live && !document.hidden && find("#desk").classList.contains("panelled") && !live.contains(document.activeElement)) open(shown.address);
  }, REFRESH);

  return { fetched, open, close, say };
})();
