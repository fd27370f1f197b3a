// Names on the map: streets from afar, communities nearer, grids close by; no label lies on another.
oneGrid.labels = (() => {
  const { grids, communities, street, streetTitle } = oneGrid.model;
  const FONT = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif';
  const STYLES = {
    street: { font: `700 15px ${FONT}`, ink: "#16191d", fromZoom: 9, toZoom: 13.5 },
    community: { font: `700 13px ${FONT}`, ink: "#2b3036", fromZoom: 12, toZoom: 99 },
    grid: { font: `500 11.5px ${FONT}`, ink: "#3a3f46", fromZoom: 15, toZoom: 99 },
  };
  const HALO = "rgba(250, 248, 243, 0.92)";
  const CELL = 32;

  /** The middle of some grids by area, moved to the nearest of their own label places. */
  function middle(rows) {
    let [x, y, weight] = [0, 0, 0];
    for (const row of rows) {
      const area = grids.area_m2[row] || 1;
      x += grids.label[2 * row] * area;
      y += grids.label[2 * row + 1] * area;
      weight += area;
    }
    const distance = (row) => Math.hypot(grids.label[2 * row] - x / weight, grids.label[2 * row + 1] - y / weight);
    const nearest = rows.reduce((best, row) => (distance(row) < distance(best) ? row : best));
    return [grids.label[2 * nearest], grids.label[2 * nearest + 1]];
  }

  let places = null;
  function divisions() {
    if (places) return places;
    const ofStreet = new Map();
    communities.grids().forEach((rows, row) => {
      const code = street(communities.code[row]);
      ofStreet.set(code, [...(ofStreet.get(code) || []), ...rows]);
    });
    places = {
      street: Array.from(ofStreet, ([code, rows]) => ({ text: () => streetTitle(code), at: middle(rows) })),
      community: communities.grids().map((rows, row) => ({ text: () => communities.title(row), at: middle(rows) })),
    };
    return places;
  }

  /** Takes boxes as long as they are free. */
  function crowd() {
    const cells = new Map();
    return (west, north, east, south) => {
      const keys = [];
      for (let i = Math.floor(west / CELL); i <= Math.floor(east / CELL); i++) {
        for (let j = Math.floor(north / CELL); j <= Math.floor(south / CELL); j++) keys.push(i * 100003 + j);
      }
      const clash = ([w, n, e, s]) => west < e && east > w && north < s && south > n;
      if (keys.some((key) => (cells.get(key) || []).some(clash))) return false;
      for (const key of keys) cells.set(key, [...(cells.get(key) || []), [west, north, east, south]]);
      return true;
    };
  }

  function write(view, take, lines, [sx, sy], style) {
    const { context } = view;
    const x = view.x0 + sx * view.scale;
    const y = view.y0 - sy * view.scale;
    if (x < 0 || y < 0 || x > view.size.x || y > view.size.y) return;
    context.font = style.font;
    const height = parseFloat(style.font.split(" ")[1]) * 1.25;
    const half = Math.max(...lines.map((line) => context.measureText(line).width)) / 2;
    const top = y - (height * lines.length) / 2;
    if (!take(x - half - 2, top - 1, x + half + 2, top + height * lines.length + 1)) return;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.strokeStyle = HALO;
    context.lineWidth = 3;
    context.fillStyle = style.ink;
    lines.forEach((line, place) => {
      context.strokeText(line, x, top + height * (place + 0.5));
      context.fillText(line, x, top + height * (place + 0.5));
    });
  }

  /** The number of a grid, with its name above where it has room for it. */
  function gridLines(view, row) {
    const { box } = grids.shapes;
    const width = (box[4 * row + 2] - box[4 * row]) * view.scale;
    const height = (box[4 * row + 3] - box[4 * row + 1]) * view.scale;
    const name = grids.ownName(row);
    const number = grids.number(row);
    if (width < 18 || height < 12) return null;
    const note = oneGrid.painter.the().note(row);
    const below = note && height > 30 && view.context.measureText(note).width < width ? [note] : [];
    return name && height > 34 && view.context.measureText(name).width < width * 0.95 ? [name, number, ...below] : [number, ...below];
  }

  function layer() {
    return {
      order: 60,
      top: true,
      present: grids.count > 0,
      legend: () => [],
      draw(view) {
        const take = crowd();
        for (const level of ["street", "community"]) {
          const style = STYLES[level];
          if (divisions()[level].length < 2 || view.zoom < style.fromZoom || view.zoom >= style.toZoom) continue;
          for (const { text, at } of divisions()[level]) write(view, take, [text()], at, style);
        }
        if (view.zoom < STYLES.grid.fromZoom) return;
        view.context.font = STYLES.grid.font;
        const rows = Array.from(oneGrid.painter.inView(grids.shapes, view.box)).sort((a, b) => grids.area_m2[b] - grids.area_m2[a]);
        for (const row of rows) {
          const lines = gridLines(view, row);
          if (lines) write(view, take, lines, [grids.label[2 * row], grids.label[2 * row + 1]], STYLES.grid);
        }
      },
    };
  }

  return { layer };
})();
