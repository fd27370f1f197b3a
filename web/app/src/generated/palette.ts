// Written by `python -m web.reports.app_sources` from web/reports; a test holds it. Do not edit.
export const PALETTE = {
  "paper": "#f4f1ea",
  "ink": "#20252b",
  "accent": "#0a58ca",
  "party": "#c8102e",
  "ledgers": {
    "unheld": "#a64b00",
    "contested": "#5e3c99",
    "unserved": "#00695c"
  },
  "fills": {
    "kind": {
      "residential": "#f2d8a2",
      "institutional": "#a3c3e3",
      "patrol": "#d5e4ca",
      "unclaimed": "hatch"
    },
    "management_type": {
      "routine": "#fdf0d8",
      "general_prevention": "#f0b55f",
      "key_attention": "#bf6420",
      "concentrated_rectification": "#6b2a0c"
    },
    "shortage": {
      "short_3": "#9c4a06",
      "short_2": "#e6a04c",
      "short_1": "#f7dcae",
      "as_required": "#f6f3ec",
      "over_1": "#a9cbe8",
      "over_3": "#4d86bd"
    },
    "form": {
      "branch": "#f0c662",
      "joint_branch": "#c6d690",
      "party_group": "#86bccd",
      "service_station": "#e2d7ed",
      "none": "hatch"
    },
    "severity": {
      "none": "#f6f3ec",
      "low": "#d5dde6",
      "medium": "#9db2c8",
      "high": "#557a9c",
      "highest": "#1c3a58"
    },
    "rating": {
      "five": "#7d5a00",
      "four": "#d3a83f",
      "three": "#f0dfae",
      "no_star": "hatch",
      "unrated": "#f6f3ec"
    },
    "households": {
      "nobody": "hatch",
      "under_150": "#e2efe9",
      "under_300": "#a9d2c6",
      "under_501": "#438b7d",
      "over_500": "#12504a"
    },
    "rule": {
      "sole": "#ebe6da",
      "precedence": "#92b9de",
      "same_layer": "#8a5fb0",
      "sliver": "#f3c24c",
      "fallback": "hatch",
      "override": "#3f8f6b"
    },
    "plain": {
      "grid": "#fbf9f4"
    }
  },
  "outlines": {
    "compound": "#8a4b08",
    "courtyard": "#0b4f8a",
    "patrol_zone": "#2c6a33"
  }
} as const;
