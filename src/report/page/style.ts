/**
 * How a page looks, on a phone as on a desk, by day and by night. It holds no character that HTML would have to escape: the
 * content security policy names its hash.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1f24; --faint: #59636e; --line: #d1d9e0; --wash: #f6f8fa;
  --good: #1a7f37; --bad: #c5221f; --open: #9a6700; --accent: #0a5fc4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1318; --ink: #e6eaef; --faint: #9aa5b1; --line: #39424d; --wash: #1a2028;
    --good: #4cc264; --bad: #ff7b72; --open: #d9a13a; --accent: #6cb0ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 16px; max-width: 1080px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, Segoe UI, Roboto, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 40px 0 8px; border-top: 2px solid var(--line); padding-top: 20px; }
h3 { font-size: 1rem; margin: 28px 0 8px; }
p { margin: 8px 0; }
code { font: 0.88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
ul { margin: 8px 0; padding-left: 22px; }
summary { cursor: pointer; color: var(--accent); }
footer { margin-top: 48px; border-top: 1px solid var(--line); padding-top: 12px; }
.faint, footer, figcaption { color: var(--faint); font-size: 0.9rem; }
.verdict { padding: 16px; border-left: 8px solid; border-radius: 6px; background: var(--wash); }
.verdict p { margin: 4px 0 0; }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.verdict p { color: var(--ink); } .verdict p.faint { color: var(--faint); }
table { border-collapse: collapse; width: 100%; margin: 8px 0; }
th { text-align: left; font-weight: 600; font-size: 0.85rem; color: var(--faint); }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.scroll th, .scroll td { overflow-wrap: normal; } .scroll td code { overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 12px 0; }
.scroll { overflow-x: auto; }
svg { display: block; } svg text { fill: var(--ink); font-size: 12px; }
svg .small { fill: var(--faint); font-size: 11px; }
svg .grid { stroke: var(--line); } svg .path { fill: none; stroke-width: 2; }
svg .errors { stroke: var(--accent); } svg .dot { fill: var(--accent); }
svg .noise { stroke: var(--faint); stroke-dasharray: 4 4; } svg .parted { fill: none; stroke: var(--bad); stroke-width: 2; }
svg .edge { fill: none; stroke: var(--faint); stroke-width: 1.5; } svg .head { fill: var(--faint); }
svg .node { fill: var(--wash); stroke: var(--line); } svg .merged { stroke: var(--accent); stroke-width: 2; }
svg .mad { stroke: var(--accent); stroke-width: 1.5; } svg .bar { fill: var(--accent); } svg .bar.base { fill: var(--faint); }
svg .label { text-anchor: middle; dominant-baseline: central; }
.wide { display: none; }
.block { display: flex; flex-direction: column; gap: 8px; border: 1px solid var(--line); border-radius: 6px; padding: 12px; overflow-x: auto; }
.block .scroll { max-width: 100%; min-width: 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px; }
.becomes { color: var(--faint); }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 16px; padding: 0; list-style: none; }
.samples img { width: 100%; max-width: 224px; image-rendering: pixelated; border: 1px solid var(--line); border-radius: 4px; }
@media (min-width: 720px) {
  body { padding: 32px; }
  .wide { display: block; } .narrow { display: none; }
  .scroll td code { display: inline-block; width: max-content; max-width: 18em; }
  .block { flex-direction: row; align-items: center; }
  .block div:not(:first-child) { flex: none; }
}
@media (max-width: 719px) {
  .cards thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .cards tr { display: block; padding: 10px 0; border-bottom: 1px solid var(--line); }
  .cards td { display: flex; justify-content: space-between; gap: 16px; padding: 2px 0; border: 0; text-align: right; }
  .cards td:empty { display: none; }
  .cards td::before { content: attr(data-label); color: var(--faint); font-size: 0.85rem; text-align: left; flex: none; }
  .cards td:first-child { display: block; text-align: left; font-weight: 600; }
  .cards td:first-child::before { content: none; }
}
`;
