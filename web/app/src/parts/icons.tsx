// Line icons, 20 × 20, drawn in the colour of the text.

import type { JSX } from "preact";

const PATHS = {
  split: "M4 4h12v12H4z M10 2.500v2.500 M10 7.500v2 M10 12v2.500 M10 16.500v1.500",
  merge: "M3 5h6v10H3z M11 5h6v10h-6z M8 10h4",
  reshape: "M3 15c3 0 3-9 7-9s4 9 7 9 M10 6v-3 M8.4 4.4 10 2.6l1.6 1.8",
  vertex:
    "M4 15 10 5l6 10 M8.2 5a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 0 0-3.6 0 M2.6 15.4a1.5 1.5 0 1 0 3 0 1.5 1.5 0 0 0-3 0 M14.4 15.4a1.5 1.5 0 1 0 3 0 1.5 1.5 0 0 0-3 0",
  carve: "M3 3h14v14H3z M7 7h6v4.5L10 13l-3-1.5z",
  reassign: "M3 6h5v5H3z M12 9h5v5h-5z M9.5 5.5c3 0 4.5.5 5 2.2 M13.4 6.6l1.2 1.4 1.3-1.3",
  measure: "M3 13 13 3l4 4L7 17z M6 10l1.5 1.5 M9 7l1.5 1.5 M12 4l1.5 1.5",
  box: "M3 6V3h3 M14 3h3v3 M17 14v3h-3 M6 17H3v-3 M8 3h4 M8 17h4 M3 8v4 M17 8v4",
  undo: "M7 5 3.5 8.5 7 12 M4 8.5h7.5a4 4 0 0 1 0 8H8",
  redo: "M13 5l3.5 3.5L13 12 M16 8.5H8.5a4 4 0 0 0 0 8H12",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11 M13.2 13.2 17 17",
  compare: "M3 4h6v12H3z M11 4h6v12h-6z M10 2v16",
  check: "M4 10.5l4 4 8-9",
  cross: "M5 5l10 10 M15 5 5 15",
  home: "M3 9.5 10 3.5l7 6 M5 8.5V16h10V8.5",
  plus: "M10 4v12 M4 10h12",
  minus: "M4 10h12",
  lock: "M5 9h10v7H5z M7 9V6.5a3 3 0 0 1 6 0V9",
  unlock: "M5 9h10v7H5z M7 9V6.5a3 3 0 0 1 5.7-1.3",
  locate: "M10 3v3 M10 14v3 M3 10h3 M14 10h3 M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7",
  layers: "M10 3 17 7 10 11 3 7z M4 11l6 3.500 6-3.500",
  info: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14 M10 9v4.5 M10 6.3v.4",
  down: "M5 8l5 5 5-5",
  right: "M8 5l5 5-5 5",
  print: "M6 8V3h8v5 M4 8h12v6h-2.5v3h-7v-3H4z",
  link: "M8.5 11.5 11.5 8.5 M9 6l2-2a3.2 3.2 0 0 1 4.6 4.6l-2 2 M11 14l-2 2a3.2 3.2 0 0 1-4.6-4.6l2-2",
  save: "M10 3v9 M6.5 9 10 12.5 13.5 9 M4 16h12",
  eye: "M2 10c2-3.800 4.700-5.500 8-5.500s6 1.700 8 5.500c-2 3.800-4.700 5.500-8 5.500S4 13.800 2 10 M10 7.600a2.400 2.400 0 1 0 0 4.800 2.400 2.400 0 0 0 0-4.800",
  person: "M10 4a3 3 0 1 0 0 6 3 3 0 0 0 0-6 M4 17c.6-3.4 3-5 6-5s5.400 1.600 6 5",
  warning: "M10 3.500 17.500 16.500H2.500z M10 8v4 M10 13.800v.400",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      {PATHS[name].split(/ (?=[Mm])/).map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}
