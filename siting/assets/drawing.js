// How a study looks on a Leaflet map. The features come from siting.symbols; every text is set as text, never as HTML.
const siting = (() => {
  const STYLES = {
    neighbour: { color: "#8b887d", weight: 1, fillColor: "#fbfaf6", fillOpacity: 1 },
    "keep-out": { color: "#9a3412", weight: 1.5, dashArray: "2 4", fillColor: "#fbdcc0", fillOpacity: 0.9 },
    lot: { color: "#14213d", weight: 3, fillColor: "#ffffff", fillOpacity: 1 },
    buildable: { color: "#2b6cb0", weight: 1.5, dashArray: "6 4", fillColor: "#cfe3f5", fillOpacity: 0.8 },
    building: { color: "#6f6a61", weight: 1, fillColor: "#b5b0a6", fillOpacity: 1 },
    unit: { color: "#14213d", weight: 1, fillColor: "#14213d", fillOpacity: 1 },
    wall: { color: "#3f3b34", weight: 2, fillColor: "#3f3b34", fillOpacity: 1 },
    item: { color: "#5a3d00", weight: 1, fillColor: "#e0a030", fillOpacity: 1 },
    front: { color: "#d9480f", weight: 4, fill: false },
    side: { color: "#14213d", weight: 3, fill: false },
    unknown: { color: "#14213d", weight: 3, fill: false },
    rear: { color: "#14213d", weight: 4, dashArray: "8 6", fill: false },
    SERVICE: { radius: 6, color: "#ffffff", weight: 1, fillColor: "#5a3d00", fillOpacity: 1 },
    SILENT: { radius: 3, color: "#55606e", weight: 1, fillColor: "#ffffff", fillOpacity: 1 },
    PASS: { radius: 3.5, color: "#ffffff", weight: 0.5, fillColor: "#00684a", fillOpacity: 1 },
    "MARGINAL PASS": { radius: 4, color: "#5a6a00", weight: 2.5, fillColor: "#ffffff", fillOpacity: 1 },
    "MARGINAL FAIL": { radius: 6, color: "#a85500", weight: 2.5, fillColor: "#ffffff", fillOpacity: 1 },
    FAIL: { radius: 6.5, color: "#ffffff", weight: 0.5, fillColor: "#b0121f", fillOpacity: 1 },
    UNKNOWN: { radius: 3, color: "#5b3a86", weight: 1.5, fillColor: "#ffffff", fillOpacity: 1 },
  };
  const round = (ctx, p, r) => ctx.arc(p.x, p.y, r, 0, 2 * Math.PI);
  const triangle = (ctx, p, r) => polygon(ctx, [[p.x, p.y - r], [p.x + 0.95 * r, p.y + 0.75 * r], [p.x - 0.95 * r, p.y + 0.75 * r]]);
  const OUTLINES = {
    SERVICE: (ctx, p, r) => polygon(ctx, [[p.x, p.y - r], [p.x + r, p.y], [p.x, p.y + r], [p.x - r, p.y]]),
    SILENT: round,
    PASS: round,
    "MARGINAL PASS": round,
    "MARGINAL FAIL": triangle,
    FAIL: triangle,
    UNKNOWN: (ctx, p, r) => polygon(ctx, [[p.x - r, p.y - r], [p.x + r, p.y - r], [p.x + r, p.y + r], [p.x - r, p.y + r]]),
  };
  const RANKS = { service: 0.5, receptor: 1, item: 1.5, unit: 2, neighbour: 3 };

  function polygon(ctx, corners) {
    corners.forEach(([x, y], n) => (n ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.closePath();
  }

  // A receptor: its state is told by its shape and filling as well as its colour, hollow is marginal; the worst one of the study wears a ring.
  const Mark = L.CircleMarker.extend({
    _updateBounds() {
      L.CircleMarker.prototype._updateBounds.call(this);
      this._pxBounds = L.bounds(this._pxBounds.min.subtract([10, 10]), this._pxBounds.max.add([10, 10]));
    },
    _updatePath() {
      const ctx = this._renderer._ctx;
      if (!this._renderer._drawing || this._empty()) return;
      if (this.options.worst) {
        ctx.beginPath();
        ctx.arc(this._point.x, this._point.y, this._radius + 5, 0, 2 * Math.PI);
        Object.assign(ctx, { lineWidth: 3, strokeStyle: "#14213d", globalAlpha: 1 });
        ctx.setLineDash([]);
        ctx.stroke();
      }
      ctx.beginPath();
      OUTLINES[this.options.state](ctx, this._point, this._radius);
      this._renderer._fillStroke(ctx, this);
    },
  });

  const style = (feature) => STYLES[feature.properties.kind];
  const point = ({ properties: { state, first, worst } }, latlng) =>
    new Mark(latlng, { ...STYLES[state], radius: STYLES[state].radius + (first ? 2 : 0), state, worst });

  function element(tag, text, parent) {
    const made = parent.appendChild(document.createElement(tag));
    if (text !== null) made.textContent = text;
    return made;
  }

  function popup({ title, rows }) {
    const box = L.DomUtil.create("div", "siting-popup");
    element("h3", title, box);
    const list = element("dl", null, box);
    rows.forEach(([name, value]) => [element("dt", name, list), element("dd", value, list)]);
    return box;
  }

  // Gives a feature its popup and, where it has one, its text on the map.
  function describe({ properties }, layer) {
    if (properties.title) layer.bindPopup(() => popup(properties), { maxWidth: 320 });
    if (!properties.label) return;
    const text = document.createElement("span");
    text.textContent = properties.label;
    layer.bindTooltip(text, {
      permanent: true,
      opacity: 1,
      direction: properties.kind === "neighbour" ? "center" : "top",
      offset: [0, properties.worst ? -14 : ["receptor", "service"].includes(properties.kind) ? -8 : 0],
      className: ["siting-label", properties.kind, (properties.state || "").replace(" ", "-")].join(" ").trim(),
    });
    layer.on("tooltipopen", ({ tooltip }) => (tooltip.siting = properties.worst ? 0 : RANKS[properties.kind] + (properties.rank || 0) / 1e5));
  }

  // Hides the texts that would lie on a more important one.
  function declutter(map) {
    const texts = [];
    map.eachLayer((layer) => {
      if (layer instanceof L.Tooltip && layer.siting !== undefined) texts.push(layer);
    });
    const shown = [];
    texts.sort((a, b) => a.siting - b.siting || a._leaflet_id - b._leaflet_id);
    const boxes = texts.map((text) => text.getElement().getBoundingClientRect());
    texts.forEach((text, n) => {
      const a = boxes[n];
      const free = shown.every((b) => a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top);
      if (free) shown.push(a);
      text.getElement().classList.toggle("hidden", !free);
    });
  }

  // North arrow, scale in metres and feet, and texts that keep out of each other's way.
  function dress(map) {
    const north = L.control({ position: "topright" });
    north.onAdd = () => {
      const box = L.DomUtil.create("div", "siting-north");
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", "North is up");
      box.innerHTML = 'N<svg viewBox="0 0 16 22"><path d="M8 0 15 21 8 16 1 21Z" fill="#14213d"/></svg>';
      return box;
    };
    north.addTo(map);
    L.control.scale({ metric: true, imperial: true, maxWidth: 140 }).addTo(map);
    let due = 0;
    const soon = () => {
      cancelAnimationFrame(due);
      due = requestAnimationFrame(() => declutter(map));
    };
    map.on("zoomend moveend layeradd layerremove resize", soon);
    soon();
  }

  return { style, point, describe, dress };
})();
