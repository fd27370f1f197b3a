// The layers of the build, decoded when first asked for, and what belongs to what.
oneGrid.model = (() => {
  const { data, t } = oneGrid.text;
  const { integers, counts, places, words, sentences, lists, shapes, shared } = oneGrid.decode;
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
    "shortage", "form", "severity", "rating",
  ]);
  grids.count = grids.code.length;
  for (const name of ["households", "population", "party_members", "parts", "required", "held", "short", "over"]) {
    grids[name] = counts(grids[name]);
  }
  grids.shapes = shapes(grids.polygons);
  grids.label = places(grids.label);
  grids.byCode = lazily(() => new Map(grids.code.map((code, row) => [code, row])));
  /** The sum of a column over rows; null where no row has a number. */
  grids.sum = (column, rows) => rows.reduce((sum, row) => (grids[column][row] === null ? sum : (sum || 0) + grids[column][row]), null);
  grids.number = (row) => grids.code[row].slice(-3);
  grids.isUnclaimed = (row) => grids.kind.word(row) === "unclaimed";
  /** The name on the map and in lists; unclaimed land goes by its community. */
  grids.ownName = (row) => (grids.isUnclaimed(row) ? null : grids.name.word(row));
  grids.title = (row) => {
    if (grids.isUnclaimed(row)) return t("say.unclaimed_of", { community: communities.ofCode(grids.community_code.word(row)) });
    return grids.name.word(row) || `${t(`kind.${grids.kind.word(row)}`)} ${grids.number(row)}`;
  };

  const borders = { shapes: shapes(data.borders.lines), level: integers(data.borders.level) };

  const gaps = table(data.gaps, ["kind", "ledger", "hatch", "community_code", "remedy", "state", "reason", "expires"]);
  gaps.grid = integers(gaps.grid);
  gaps.count = gaps.grid.length;
  gaps.gap_id = sentences(gaps.gap_id);
  for (const name of ["severity", "households"]) gaps[name] = counts(gaps[name]);
  gaps.shape = integers(gaps.shape);
  gaps.shapes = shared(grids.shapes, shapes(gaps.polygons), gaps.shape);
  gaps.ofGrid = lazily(() => rowsBy(gaps.grid));
  gaps.isAccepted = (row) => gaps.state.word(row) === "accepted";
  /** By ledger, the one kind that is shown; all kinds where none is chosen. */
  gaps.only = {};
  gaps.isShown = (row) => !gaps.isAccepted(row)
    && [undefined, gaps.kind.word(row)].includes(gaps.only[gaps.ledger.word(row)]);
  const detail = sentences(gaps.detail);
  /** What the engine says of a gap: an object. */
  gaps.detail = (row) => {
    try {
      const value = JSON.parse(detail(row));
      return value && typeof value === "object" && !Array.isArray(value) ? value : {};
    } catch {
      return {};
    }
  };
  /** "layer:id" of the units that a gap is about. */
  gaps.units = (row) => {
    const { units: several, unit } = gaps.detail(row);
    return (Array.isArray(several) ? several : unit ? [unit] : []).map(String);
  };
  /** What a gap is about beside its kind: the units, the post, the facility, the purpose of the money. */
  gaps.about = (row) => {
    const { post, facility, purpose } = gaps.detail(row);
    const parties = gaps.units(row).map((key) => units.named(key));
    if (parties.length) return parties.join(t("say.versus"));
    return post ? t(`post.${post}`) : facility ? t(`facility.${facility}`) : purpose ? t(`purpose.${purpose}`) : null;
  };
  /** An overlap goes by its parties, any other gap by its kind and what it is about. */
  gaps.title = (row) => {
    const kind = t(`gap.${gaps.kind.word(row)}`);
    const about = gaps.about(row);
    if (!about) return kind;
    if (gaps.units(row).length > 1) return about;
    const word = `gap_about.${gaps.kind.word(row)}`;
    return t(word in data.words ? word : "say.about", { kind, what: about });
  };
  /** Rows of a ledger in the order of the layer, which is worst first; accepted exceptions last. */
  gaps.ofLedger = (ledger) => {
    const number = gaps.ledger.values.indexOf(ledger);
    const rows = Array.from(gaps.ledger.rows.keys()).filter((row) => number >= 0 && gaps.ledger.rows[row] === number);
    return [...rows.filter((row) => !gaps.isAccepted(row)), ...rows.filter(gaps.isAccepted)];
  };
  gaps.ledgers = lazily(() => Object.fromEntries(LEDGERS.map((ledger) => [ledger, gaps.ofLedger(ledger)])));

  const units = table(data.units, ["layer", "source_id", "name", "status", "note"]);
  units.count = units.claimed_m2.length;
  for (const name of ["households", "population", "party_members"]) units[name] = counts(units[name]);
  units.shapes = lazily(() => shapes(units.polygons));
  units.key = (row) => `${units.layer.word(row)}:${units.source_id.word(row)}`;
  units.byKey = lazily(() => new Map(Array.from({ length: units.count }, (_, row) => [units.key(row), row])));
  units.title = (row) => units.name.word(row)
    || t("say.by_id", { layer: t(`layer.${units.layer.word(row)}`), id: units.source_id.word(row) });
  /** "layer:id" → the unit's name; the key itself where there is no such unit. */
  units.named = (key) => (units.byKey().has(key) ? units.title(units.byKey().get(key)) : key);
  /** Units that are on no grid. */
  units.unplaced = lazily(() => Array.from({ length: units.count }, (_, row) => row)
    .filter((row) => ["outside", "rejected"].includes(units.status.word(row))));

  const faces = table(data.faces, ["rule"]);
  faces.count = faces.area_m2.length;
  faces.grid = integers(faces.grid);
  faces.claimants = lists(faces.claimants);
  faces.drawn = faces.polygons !== null;
  faces.shapes = lazily(() => shapes(faces.polygons));
  faces.ofGrid = lazily(() => rowsBy(faces.grid));

  const repairs = table(data.repairs, ["layer", "source_id", "problem", "action"]);
  repairs.count = repairs.changed_m2.length;
  /** The unit, or the row of a table, that was changed. */
  repairs.title = (row) => {
    const [layer, id] = [repairs.layer.word(row), repairs.source_id.word(row)];
    if (id === null) return t(`layer.${layer}`);
    if (units.byKey().has(`${layer}:${id}`)) return units.named(`${layer}:${id}`);
    const [, file, line] = /^(.+):(\d+)$/.exec(id) || [];
    return file ? t("say.table_row", { file, row: line }) : t("say.by_id", { layer: t(`layer.${layer}`), id });
  };
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

  return { LEDGERS, lazily, rowsBy, grids, borders, gaps, units, faces, repairs, lineage, communities, street, streetTitle, build: new Map(data.build) };
})();
