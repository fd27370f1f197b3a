// The layers of the build, decoded when first asked for, and what belongs to what.
oneGrid.model = (() => {
  const { data, t } = oneGrid.text;
  const { integers, places, words, lists, shapes } = oneGrid.decode;
  const LEDGERS = ["unheld", "contested", "unserved"];

  function lazily(make) {
    let value;
    return () => (value === undefined ? (value = make()) : value);
  }

  /** A table with its columns of words decoded; columns of numbers stay lists. */
  function table(source, wordColumns) {
    const out = { ...source };
    for (const name of wordColumns) out[name] = words(source[name]);
    return out;
  }

  function rowsBy(numbers) {
    const out = new Map();
    numbers.forEach((number, row) => {
      if (number < 0) return;
      const rows = out.get(number);
      if (rows) rows.push(row);
      else out.set(number, [row]);
    });
    return out;
  }

  const grids = table(data.grids, [
    "name", "kind", "community_code", "source_layer", "source_id", "patrol_zone_id", "management_type",
  ]);
  grids.count = grids.code.length;
  grids.shapes = shapes(grids.polygons);
  grids.label = places(grids.label);
  grids.byCode = lazily(() => new Map(grids.code.map((code, row) => [code, row])));
  /** The sum of a column over rows; null where no row has a number. */
  grids.sum = (column, rows) => rows.reduce((sum, row) => (grids[column][row] === null ? sum : (sum || 0) + grids[column][row]), null);
  grids.short = (row) => grids.code[row].slice(-3);
  grids.isUnclaimed = (row) => grids.kind.word(row) === "unclaimed";
  /** The name on the map and in lists; unclaimed land goes by its community. */
  grids.ownName = (row) => (grids.isUnclaimed(row) ? null : grids.name.word(row));
  grids.title = (row) => {
    if (grids.isUnclaimed(row)) return t("say.unclaimed_of", { community: communities.ofCode(grids.community_code.word(row)) });
    return grids.name.word(row) || `${t(`kind.${grids.kind.word(row)}`)} ${grids.short(row)}`;
  };

  const borders = { shapes: shapes(data.borders.lines), level: integers(data.borders.level) };

  const gaps = table(data.gaps, ["kind", "ledger", "community_code", "remedy", "state", "reason", "expires"]);
  gaps.count = gaps.gap_id.length;
  gaps.shapes = shapes(gaps.polygons);
  gaps.grid = integers(gaps.grid);
  gaps.ofGrid = lazily(() => rowsBy(gaps.grid));
  gaps.isAccepted = (row) => gaps.state.word(row) === "accepted";
  /** Rows of a ledger, worst first, accepted exceptions last. */
  gaps.ofLedger = (ledger) =>
    Array.from(gaps.ledger.rows.keys())
      .filter((row) => gaps.ledger.word(row) === ledger)
      .sort((a, b) => gaps.isAccepted(a) - gaps.isAccepted(b)
        || (gaps.severity[b] || 0) - (gaps.severity[a] || 0) || (gaps.area_m2[b] || 0) - (gaps.area_m2[a] || 0));
  gaps.ledgers = lazily(() => Object.fromEntries(LEDGERS.map((ledger) => [ledger, gaps.ofLedger(ledger)])));

  const units = table(data.units, ["layer", "source_id", "name", "status", "note"]);
  units.count = units.claimed_m2.length;
  units.shapes = lazily(() => shapes(units.polygons));
  units.key = (row) => `${units.layer.word(row)}:${units.source_id.word(row)}`;
  units.byKey = lazily(() => new Map(Array.from({ length: units.count }, (_, row) => [units.key(row), row])));
  units.title = (row) => units.name.word(row) || units.source_id.word(row);

  const faces = table(data.faces, ["rule"]);
  faces.count = faces.area_m2.length;
  faces.grid = integers(faces.grid);
  faces.claimants = lists(faces.claimants);
  faces.drawn = faces.polygons !== null;
  faces.shapes = lazily(() => shapes(faces.polygons));
  faces.ofGrid = lazily(() => rowsBy(faces.grid));

  const repairs = table(data.repairs, ["layer", "source_id", "problem", "action"]);
  repairs.count = repairs.changed_m2.length;
  repairs.located = integers(repairs.located);
  const repairPlaces = places(repairs.point);
  let next = 0;
  repairs.place = Array.from(repairs.located, (there) => {
    if (!there) return null;
    next += 2;
    return [repairPlaces[next - 2], repairPlaces[next - 1]];
  });

  const lineage = table(data.lineage, ["old_code", "new_code", "relation"]);
  lineage.count = lineage.area_share.length;

  const communities = { code: data.communities.code, name: words(data.communities.name) };
  communities.count = communities.code.length;
  communities.row = lazily(() => new Map(communities.code.map((code, row) => [code, row])));
  communities.title = (row) => communities.name.word(row) || t("say.community", { code: communities.code[row].slice(-3) });
  /** Grid rows of each community. */
  communities.grids = lazily(() => {
    const out = communities.code.map(() => []);
    const place = grids.community_code.values.map((code) => communities.row().get(code));
    grids.community_code.rows.forEach((number, row) => out[place[number]].push(row));
    return out;
  });
  communities.ofCode = (code) => (communities.row().has(code) ? communities.title(communities.row().get(code)) : code);
  const street = (code) => code.slice(0, 9);
  const oneCounty = new Set(communities.code.map((code) => code.slice(0, 6))).size < 2;
  /** A street by the last digits of its code, or by all of them where there are several counties. */
  const streetTitle = (code) => t("say.street", { code: oneCounty ? code.slice(6) : code });

  return { LEDGERS, grids, borders, gaps, units, faces, repairs, lineage, communities, street, streetTitle, build: new Map(data.build) };
})();
