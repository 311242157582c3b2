// Citations: a number in an answer opens its passage where it stands, and closes it again.
(() => {
  const LINK = '#chat a[href^="#source-"]';
  const source = (link) => {
    const cards = [...document.querySelectorAll("#chat .sources")];
    const card = cards.find((one) => link.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    return card?.querySelector(`details[data-n="${link.hash.slice("#source-".length)}"]`);
  };

  function open(link) {
    const found = source(link);
    if (!found) return;
    const passage = Object.assign(document.createElement("aside"), { className: "passage", ariaLabel: `Source ${link.textContent}`, tabIndex: -1 });
    const head = Object.assign(document.createElement("header"), { innerHTML: found.querySelector("summary").innerHTML });
    const close = Object.assign(document.createElement("button"), { type: "button", ariaLabel: "Close the source", textContent: "✕" });
    head.append(close);
    passage.append(head, ...[...found.children].slice(1).map((part) => part.cloneNode(true)));
    passage.link = link;
    const cell = link.closest("li, blockquote, td");
    if (cell) cell.append(passage);
    else (link.closest("p, h1, h2, h3, h4") ?? link).after(passage);
    link.ariaExpanded = "true";
    passage.scrollIntoView({ block: "nearest" });
    passage.focus({ preventScroll: true });
  }

  function shut(passage) {
    passage.link.ariaExpanded = "false";
    passage.link.focus({ preventScroll: true });
    passage.remove();
  }

  const opened = (link) => [...document.querySelectorAll("#chat .passage")].find((passage) => passage.link === link);
  document.addEventListener("click", (event) => {
    const closed = event.target.closest?.(".passage > header button");
    if (closed) return shut(closed.closest(".passage"));
    const link = event.target.closest?.(LINK);
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    opened(link) ? shut(opened(link)) : open(link);
  }, true);
  document.addEventListener("keydown", (event) => {
    const passage = event.target.closest?.(".passage");
    if (event.key === "Escape" && passage) {
      event.stopPropagation();
      shut(passage);
    }
  }, true);

  new MutationObserver(() => {
    for (const link of document.querySelectorAll(`${LINK}:not([role])`)) {
      const title = source(link)?.querySelector("summary")?.textContent.replace(/^\s*\d+\s*/, "");
      if (!title) continue;
      Object.assign(link, { role: "button", ariaExpanded: "false", ariaLabel: `Source ${link.textContent}: ${title}`, title });
      link.removeAttribute("target");
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
