// The thematic fills, one on the map at a time: a class for each grid (or face), a colour or a hatch for each class.
(() => {
  const { data, t, count } = oneGrid.text;
  const { grids, faces } = oneGrid.model;
  const { party, settlement } = oneGrid.services;
  const { Drawn, traceAll, inView, the } = oneGrid.painter;
  const { palette } = data;
  const HOUSEHOLD_STEPS = [1, 150, 300, 501];

  const byWord = (column, keys, missing = -1) => {
    const place = column.values.map((value) => keys.indexOf(value));
    return Array.from(column.rows, (number) => (number < 0 ? missing : place[number]));
  };
  const known = (values) => values.some((value) => value !== null);
  const total = (column) => grids[column].reduce((sum, value) => sum + (value || 0), 0);

  const ofGrids = (column) => ({ layer: grids, group: "grids", present: () => grids[column].values.length > 0, classes: (keys) => byWord(grids[column], keys) });
  const THEMES = {
    kind: ofGrids("kind"),
    management_type: ofGrids("management_type"),
    shortage: {
      ...ofGrids("shortage"),
      group: "service",
      summary: () => t("staff.total", Object.fromEntries(["required", "held", "short"].map((column) => [column, count(total(column))]))),
      /** What stands under the number of a grid. */
      note: (row) => (grids.short[row] ? t("say.short", { count: grids.short[row] }) : null),
    },
    form: {
      ...ofGrids("form"),
      group: "service",
      present: () => party.known,
      summary: () => t("party.total", {
        covered: count(Array.from(grids.form.rows).filter((number) => number >= 0 && grids.form.values[number] !== "none").length),
        count: count(grids.count),
      }),
      symbols: (view, rows) => oneGrid.flags.draw(view, rows),
    },
    severity: { ...ofGrids("severity"), group: "service" },
    rating: {
      ...ofGrids("rating"),
      group: "service",
      classes: (keys) => byWord(grids.rating, keys, keys.indexOf("unrated")),
      summary: () => t("rating.total", {
        rated: count(settlement.stars.filter((stars) => stars !== null).length),
        count: count(Array.from(settlement.class.rows).filter((number) => number >= 0).length),
      }),
    },
    households: {
      layer: grids,
      group: "grids",
      present: () => known(grids.households),
      classes: () => grids.households.map((number) => HOUSEHOLD_STEPS.filter((step) => (number || 0) >= step).length),
    },
    rule: { layer: faces, group: "land", present: () => faces.count > 0 && faces.drawn, classes: (keys) => byWord(faces.rule, keys) },
    plain: { layer: grids, group: "land", present: () => true, classes: () => new Array(grids.count).fill(0) },
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
      for (const style of ["#fffdf8", ink(view, palette.fills[name][key])]) {
        view.context.fillStyle = style;
        view.context.fillRect(0, 0, view.size.x, view.size.y);
      }
      if (theme.symbols) oneGrid.flags.swatch(view, key);
    };

    /** Symbols lie over the borders, so that the fill brings a second drawing with it. */
    const symbols = theme.symbols && { order: 48, draw: (view) => theme.symbols(view, inView(grids.shapes, view.box)) };

    return new Drawn({
      name,
      order: 0,
      theme: true,
      group: theme.group,
      word: () => t(`fill.${name}`),
      present: theme.layer.count > 0 && theme.present(),
      summary: theme.summary,
      note: theme.note,
      onAdd() {
        for (const drawing of [this, symbols].filter(Boolean)) the().add(drawing);
      },
      onRemove() {
        for (const drawing of [this, symbols].filter(Boolean)) the().drop(drawing);
      },
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
        const all = new Array(keys.length).fill(0);
        const seen = new Array(keys.length).fill(0);
        for (let row = 0; row < theme.layer.count; row++) if (classOf(row) >= 0) all[classOf(row)]++;
        for (const row of inView(shapes(), the().window())) if (classOf(row) >= 0) seen[classOf(row)]++;
        const rows = keys.map((key, place) => ({
          word: t(`${name}.${key}`), swatch: swatch(key), count: all[place], seen: seen[place],
        }));
        return rows.filter((row) => row.count > 0);
      },
    });
  };
})();
