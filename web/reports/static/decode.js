// Whole numbers, columns and shapes as web/reports/encoding.py and columns.py write them.
oneGrid.decode = (() => {
  /** Base64 of variable-length bytes, zigzag signs → Int32Array. */
  function integers(text) {
    const bytes = atob(text);
    const out = new Int32Array(bytes.length);
    let count = 0;
    for (let place = 0; place < bytes.length; ) {
      let value = 0;
      let shift = 0;
      let byte;
      do {
        byte = bytes.charCodeAt(place++);
        value |= (byte & 127) << shift;
        shift += 7;
      } while (byte & 128);
      out[count++] = (value >>> 1) ^ -(value & 1);
    }
    return out.slice(0, count);
  }

  /** Differences, x and y in turn → places. */
  function places(text) {
    const out = integers(text);
    for (let i = 2; i < out.length; i++) out[i] += out[i - 2];
    return out;
  }

  /** A column of words → its distinct values and each row's number; word(row) is null where it is missing. */
  function words(column) {
    const rows = integers(column.rows);
    return { values: column.values, rows, word: (row) => (rows[row] < 0 ? null : column.values[rows[row]]) };
  }

  const starts = (counts) => {
    const out = new Int32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++) out[i + 1] = out[i] + counts[i];
    return out;
  };

  /** Lists of words → list(row). */
  function lists(column) {
    const rows = integers(column.rows);
    const start = starts(integers(column.lengths));
    return (row) => Array.from(rows.subarray(start[row], start[row + 1]), (number) => column.values[number]);
  }

  /** Polygons or lines: vertices `xy`, start of each path, paths of each feature, and the box of each feature, in steps. */
  function shapes(encoded) {
    const xy = places(encoded.steps);
    const path = starts(integers(encoded.vertices));
    const feature = starts(integers(encoded.paths));
    const count = feature.length - 1;
    const box = new Int32Array(4 * count);
    for (let f = 0; f < count; f++) {
      let [west, south, east, north] = [2147483647, 2147483647, -2147483648, -2147483648];
      for (let i = 2 * path[feature[f]], end = 2 * path[feature[f + 1]]; i < end; i += 2) {
        if (xy[i] < west) west = xy[i];
        if (xy[i] > east) east = xy[i];
        if (xy[i + 1] < south) south = xy[i + 1];
        if (xy[i + 1] > north) north = xy[i + 1];
      }
      box.set([west, south, east, north], 4 * f);
    }
    return { xy, path, feature, box, count };
  }

  return { integers, places, words, lists, shapes };
})();
