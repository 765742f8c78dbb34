// The app's map: every lot as a shape to tap, and the study of the chosen lot on top. Leaflet and drawing.js stand above this in one module.
const FLAT = ["Neighbours", "Lot", "Buildable area"]; // a tap there means the lot beneath
const LOT = { color: "#8b887d", weight: 1, fillColor: "#fbfaf6", fillOpacity: 1 };
const CHOSEN = { color: "#14213d", weight: 3, fillColor: "#fff3c4", fillOpacity: 1 };
const TURNED_OFF = { color: "#8b887d", weight: 1, dashArray: "3 3", fillColor: "#d9d6cc", fillOpacity: 1 };
const views = new WeakMap();

function open(host) {
  const map = L.map(host.querySelector(".siting-map"), {
    renderer: L.canvas({ tolerance: 4, padding: 0.3 }),
    attributionControl: false,
    zoomSnap: 0.25,
    maxZoom: 24,
    center: [0, 0],
    zoom: 2,
  });
  siting.dress(map);
  const view = { map, key: null, lots: new Map(), group: null, study: [], drawn: null, chosen: null, tap: () => {} };
  view.watch = new ResizeObserver(() => map.invalidateSize({ animate: false }));
  view.watch.observe(map.getContainer());
  return view;
}

// A ring arrives as steps in units of 1e-7 degree from the corner before: [lon, lat, lon, lat, ...].
function ring(steps, [west, south]) {
  const corners = [];
  let lon = 0;
  let lat = 0;
  for (let n = 0; n < steps.length; n += 2) {
    lon += steps[n];
    lat += steps[n + 1];
    corners.push([south + lat / 1e7, west + lon / 1e7]);
  }
  return corners;
}

function drawLots(view, lots) {
  if (view.group) view.group.remove();
  view.lots.clear();
  const off = new Set(lots.unusable);
  lots.ids.forEach((id, n) => {
    const rings = lots.shapes[n].map((polygon) => polygon.map((steps) => ring(steps, lots.corner)));
    const shape = L.polygon(rings, off.has(id) ? TURNED_OFF : LOT);
    shape.siting = { id, plain: off.has(id) ? TURNED_OFF : LOT };
    view.lots.set(id, shape);
  });
  view.group = L.featureGroup([...view.lots.values()])
    .bindTooltip((shape) => document.createTextNode(`Lot ${shape.siting.id}`), { sticky: true })
    .on("mouseover", ({ propagatedFrom }) => propagatedFrom.siting.id === view.chosen && view.group.closeTooltip())
    .on("click", ({ propagatedFrom }) => view.tap(propagatedFrom.siting.id))
    .addTo(view.map);
  view.key = lots.key;
  view.chosen = null;
  view.drawn = null;
  view.map.fitBounds(lots.view, { padding: [20, 20], animate: false });
}

function choose(view, id) {
  if (view.chosen === id) return;
  view.group.closeTooltip();
  const before = view.lots.get(view.chosen);
  if (before) before.setStyle(before.siting.plain);
  const now = view.lots.get(id);
  if (now) {
    now.setStyle(CHOSEN).bringToFront();
    view.map.fitBounds(now.getBounds().pad(0.6), { animate: false });
  }
  view.chosen = id;
}

function drawStudy(view, layers) {
  view.study.forEach((layer) => layer.remove());
  view.study = (layers || []).map(({ name, features }) => {
    const flat = FLAT.includes(name);
    const style = (feature) => (name === "Neighbours" ? { stroke: false, fill: false } : siting.style(feature));
    return L.geoJSON(features, {
      interactive: !flat,
      style,
      pointToLayer: siting.point,
      onEachFeature: siting.describe,
    }).addTo(view.map);
  });
}

export default function ({ parentElement, data, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = open(parentElement);
    views.set(parentElement, view);
  }
  view.tap = (id) => {
    if (id !== view.chosen) drawStudy(view, null); // the answer for this lot is on its way
    view.drawn = id === view.chosen ? view.drawn : null;
    choose(view, id);
    setTriggerValue("lot", id);
  };
  if (view.key !== data.lots.key) drawLots(view, data.lots);
  choose(view, data.chosen);
  if (view.drawn !== data.drawn) drawStudy(view, data.study);
  view.drawn = data.drawn;
  return () => {
    view.watch.disconnect();
    view.map.remove();
    views.delete(parentElement);
  };
}
