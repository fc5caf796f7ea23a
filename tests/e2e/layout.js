// Look for what an owner would mind on a page; return a sentence for each.
() => {
  const found = [];
  const texts = [];
  const clip = (box, element, said) => {
    // What of a box can be seen inside all that cuts it off: `whole` after scrolling, `seen` now.
    let {left, top, right, bottom} = box;
    let from = top, to = bottom, scroller = null, cut = false;
    for (let at = element; at; at = at.assignedSlot ?? at.parentElement ?? at.getRootNode().host) {
      const style = getComputedStyle(at);
      if (style.visibility === "hidden" || style.opacity === "0" || at.inert) return null;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = at.getBoundingClientRect();
      // Neither dots nor a scrollbar tell that there is more.
      cut ||= !["auto", "scroll"].includes(style.overflowX) && style.textOverflow !== "ellipsis"
        && style.webkitLineClamp === "none" && (left < edge.left - 2 || right > edge.right + 2);
      left = Math.max(left, edge.left), right = Math.min(right, edge.right);
      from = Math.max(from, edge.top), to = Math.min(to, edge.bottom);
      if (["auto", "scroll"].includes(style.overflowY)) scroller ??= at;
      if (!scroller) top = from, bottom = to;
    }
    if (right - left <= 1 || bottom - top <= 1) return null;
    if (cut) found.push(`cut off: ${said}`);
    const seen = to - from > 1 ? {left, top: from, right, bottom: to} : null;
    return {whole: {left, top, right, bottom}, seen, scroller};
  };
  const layer = element => {
    // What floats above the page covers it on purpose.
    for (let at = element; at; at = at.assignedSlot ?? at.parentElement ?? at.getRootNode().host) {
      if (at.matches("dialog, [popover], ha-toast")) return at;
      if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return at;
    }
    return document;
  };
  const walk = node => {
    if (node.nodeType === Node.TEXT_NODE) return text(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("style, script, svg, title")) return;
    if (node.localName === "slot") return node.assignedNodes().length
      ? node.assignedNodes().forEach(walk) : node.childNodes.forEach(walk);
    (node.shadowRoot ?? node).childNodes.forEach(walk);
  };
  const text = node => {
    const said = node.data.trim();
    if (!said) return;
    const range = document.createRange();
    range.selectNodeContents(node);
    const element = node.parentElement ?? node.getRootNode().host;
    const boxes = [...range.getClientRects()].map(box => clip(box, element, said)).filter(Boolean);
    if (boxes.length) texts.push({said, element, boxes, layer: layer(element)});
  };
  walk(document.body);
  texts.forEach(({said}, index) => {
    if (/component\.|meter_bridge\.|^[a-z]+(_[a-z0-9]+)+$/.test(said)) found.push(`raw key: ${said}`);
    if (/\{[a-z_]+\}|undefined|\[object|\bNaN\b/.test(said)) found.push(`not filled in: ${said}`);
    if (/^(unknown|unbekannt|unavailable|nicht verfügbar)$/i.test(said)) found.push(`unknown: ${texts[index - 1]?.said}`);
  });
  const cut = new Map();
  for (const {said, element} of texts) {
    for (let at = element, up = 0; at && up < 4; at = at.assignedSlot ?? at.parentElement ?? at.getRootNode().host, up++) {
      if (getComputedStyle(at).textOverflow !== "ellipsis") continue;
      if (at.scrollWidth <= at.clientWidth + 1) break;
      // About so many letters are left in front of the dots.
      const seen = said.slice(0, Math.floor(said.length * at.clientWidth / at.scrollWidth) - 1);
      const others = texts.filter(other => other.said !== said && other.said.startsWith(seen)
        && other.element.localName === element.localName);
      // A sign between two words is no name.
      if (others.length && said.length > 2) cut.set(said, `cut to "${seen}…" like ${others[0].said}: ${said}`);
      break;
    }
  }
  found.push(...cut.values());
  texts.forEach((one, index) => {
    for (const other of texts.slice(index + 1)) {
      if (one.layer !== other.layer || one.said === other.said) continue;
      for (const first of one.boxes) for (const second of other.boxes) {
        const part = first.scroller === second.scroller ? "whole" : "seen";
        const a = first[part], b = second[part];
        if (!a || !b) continue;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 2 && high > 4) {
          found.push(`printed over each other: ${one.said} / ${other.said}`);
          return;
        }
      }
    }
  });
  if (document.documentElement.scrollWidth > innerWidth + 1) found.push("wider than the window");
  return [...new Set(found)];
}
