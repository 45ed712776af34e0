// What every page for officers loads besides: htmx without eval and without inline styles, and our answers to refusals.
import htmx from "htmx.org";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "[45]..", swap: true, error: false },
];

const token = document.querySelector<HTMLMetaElement>('meta[name="alur-token"]')?.content;

document.addEventListener("htmx:configRequest", (event) => {
  if (token) (event as CustomEvent).detail.headers["Alur-Page-Token"] = token;
});
document.addEventListener("htmx:afterSettle", () => document.querySelector<HTMLElement>(".errors")?.focus());
