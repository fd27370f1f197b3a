import { render } from "preact";
import { warmUp } from "./map/engine";
import { publishedFile } from "./map/published_file";
import { App } from "./panels/app";
import { lazily } from "./parts/lazily";
import "./look/page.css";
import "./look/controls.css";
import "./look/marks.css";
import "./look/bar.css";
import "./look/rail.css";
import "./look/map.css";
import "./look/consequences.css";
import "./look/inspector.css";
import "./look/views.css";

const Viewer = lazily(async () => (await import("./panels/viewer")).Viewer);

warmUp();
const root = document.getElementById("app");
const file = publishedFile(document, window.location);
if (root) render(file ? <Viewer file={file} /> : <App />, root);
