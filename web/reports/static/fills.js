// The thematic fills, one on the map at a time: a class for each grid (or face), a colour or a hatch for each class.
(() => {
  const { data, t } = oneGrid.text;
  const { grids, gaps, faces } = oneGrid.model;
  const { Drawn, traceAll, inView, the } = oneGrid.painter;
  const { palette } = data;
  const SEVERITY_STEPS = [25, 50, 75];

  const byWord = (column, keys) => {
    const place = column.values.map((value) => keys.indexOf(value));
    return Array.from(column.rows, (number) => (number < 0 ? -1 : place[number]));
  };

  /** Each grid by the worst of its open gaps. */
  function worstGap() {
    const worst = new Array(grids.count).fill(-1);
    gaps.grid.forEach((grid, row) => {
      if (grid >= 0 && !gaps.isAccepted(row)) worst[grid] = Math.max(worst[grid], gaps.severity[row] || 0);
    });
    return worst.map((severity) => (severity < 0 ? 0 : 1 + SEVERITY_STEPS.filter((step) => severity >= step).length));
  }

  const HOUSEHOLD_STEPS = [1, 150, 300, 501];
  const THEMES = {
    kind: { layer: grids, classes: (keys) => byWord(grids.kind, keys) },
    management_type: { layer: grids, classes: (keys) => byWord(grids.management_type, keys) },
    severity: { layer: grids, classes: worstGap },
    households: {
      layer: grids,
      classes: () => grids.households.map((count) => HOUSEHOLD_STEPS.filter((step) => (count || 0) >= step).length),
    },
    rule: { layer: faces, classes: (keys) => byWord(faces.rule, keys) },
    plain: { layer: grids, classes: () => new Array(grids.count).fill(0) },
  };

  function ink(view, color) {
    if (color !== "hatch") return color;
    return oneGrid.hatch.pattern(view.context, "lines", "#9a968c", { width: 1, ratio: view.ratio, anchor: [view.x0, view.y0] });
  }

  oneGrid.fill = (name) => {
    const theme = THEMES[name];
    const keys = Object.keys(palette.fills[name]);
    const shapes = () => (theme.layer === faces ? faces.shapes() : grids.shapes);
    let classes = null;
    const classOf = (row) => (classes || (classes = theme.classes(keys)))[row];

    const swatch = (key) => (view) => {
      const color = palette.fills[name][key];
      view.context.fillStyle = color === "hatch" ? "#fffdf8" : color;
      view.context.fillRect(0, 0, view.size.x, view.size.y);
      view.context.fillStyle = ink(view, color);
      view.context.fillRect(0, 0, view.size.x, view.size.y);
    };

    return new Drawn({
      name,
      order: 0,
      theme: true,
      word: () => t(`fill.${name}`),
      present: theme.layer.count > 0 && (theme.layer !== faces || faces.drawn),
      draw(view) {
        const rows = keys.map(() => []);
        for (const row of inView(shapes(), view.box)) if (classOf(row) >= 0) rows[classOf(row)].push(row);
        keys.forEach((key, place) => {
          view.context.fillStyle = ink(view, palette.fills[name][key]);
          traceAll(view, shapes(), rows[place], true, (context) => context.fill());
        });
      },
      /** The classes that exist, each with how many there are in all and in the window. */
      legend() {
        const count = new Array(keys.length).fill(0);
        const seen = new Array(keys.length).fill(0);
        for (let row = 0; row < theme.layer.count; row++) if (classOf(row) >= 0) count[classOf(row)]++;
        for (const row of inView(shapes(), the().window())) if (classOf(row) >= 0) seen[classOf(row)]++;
        const rows = keys.map((key, place) => ({
          word: t(`${name}.${key}`), swatch: swatch(key), count: count[place], seen: seen[place],
        }));
        return rows.filter((row) => row.count > 0);
      },
    });
  };
})();
