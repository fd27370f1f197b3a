import { render } from "preact";
import { App } from "./panels/app";
import "./look/page.css";
import "./look/controls.css";
import "./look/marks.css";
import "./look/bar.css";
import "./look/rail.css";
import "./look/map.css";
import "./look/consequences.css";
import "./look/inspector.css";
import "./look/views.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
