// Look for what an owner would mind on a page; return a sentence for each.
() => {
  const found = [];
  const texts = [];
  const clip = (box, element) => {
    // What of a box is seen, inside all that cuts it off.
    let {left, top, right, bottom} = box;
    for (let at = element; at; at = at.assignedSlot ?? at.parentElement ?? at.getRootNode().host) {
      const style = getComputedStyle(at);
      if (style.visibility === "hidden" || style.opacity === "0" || at.inert) return null;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = at.getBoundingClientRect();
      left = Math.max(left, edge.left), right = Math.min(right, edge.right);
      top = Math.max(top, edge.top), bottom = Math.min(bottom, edge.bottom);
    }
    return right - left > 1 && bottom - top > 1 ? {left, top, right, bottom} : null;
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
    const boxes = [...range.getClientRects()].map(box => clip(box, element)).filter(Boolean);
    if (boxes.length) texts.push({said, element, boxes, layer: layer(element)});
  };
  walk(document.body);
  texts.forEach(({said}, index) => {
    if (/component\.|meter_bridge\.|^[a-z]+(_[a-z0-9]+)+$/.test(said)) found.push(`raw key: ${said}`);
    if (/^(unknown|unbekannt)$/i.test(said)) found.push(`unknown: ${texts[index - 1]?.said}`);
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
      if (others.length) cut.set(said, `cut to "${seen}…" like ${others[0].said}: ${said}`);
      break;
    }
  }
  found.push(...cut.values());
  texts.forEach((one, index) => {
    for (const other of texts.slice(index + 1)) {
      if (one.layer !== other.layer || one.said === other.said) continue;
      for (const a of one.boxes) for (const b of other.boxes) {
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
