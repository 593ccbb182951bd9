"""The style sheet of the report page: light and dark, down to the width of a phone."""

STYLE = """\
:root{color-scheme:light dark;--paper:#fff;--ink:#1d2126;--soft:#5c6570;--rule:#dde1e6;
--fill:#f4f5f7;--one:#0b66b5;--two:#b8500f;--three:#187a55;--warn:#fdf3d8}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e9ec;--soft:#a0a9b3;
--rule:#343b42;--fill:#1e2328;--one:#6bb3f2;--two:#f0a06a;--three:#63c99e;--warn:#3a3118}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;
overflow-wrap:break-word}
main{max-width:1000px;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.4rem;line-height:1.25}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
h3{font-size:1rem;margin:1.4rem 0 .2rem}
h3+p{margin:.1rem 0 .5rem;color:var(--soft)}
small{color:var(--soft);font-weight:400}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem}
.tiles div{background:var(--fill);border-radius:8px;padding:.7rem .9rem}
.tiles b{display:block;font-size:1.5rem;line-height:1.2}
.tiles span{color:var(--soft);font-size:.9rem}
.warning{background:var(--warn);border-radius:8px;padding:.4rem 1rem;margin:1rem 0}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));
gap:1.6rem 2rem;align-items:start}
figure{margin:0}
figcaption{font-weight:600;margin-bottom:.4rem}
figure p{color:var(--soft);font-size:.85rem;margin:.3rem 0 0}
.chart{width:100%;height:auto;display:block}
.chart text{fill:var(--ink);font-size:13px;font-family:inherit}
.chart .soft{fill:var(--soft);font-size:12px}
.chart .strong{font-weight:600}
.track{fill:var(--fill)}
.bar{fill:var(--one)}
.whisker{stroke:var(--ink);stroke-width:1.5;opacity:.75}
.grid{stroke:var(--rule);fill:none}
.axis{stroke:var(--soft);fill:none}
.guide{stroke:var(--soft);stroke-dasharray:4 4;fill:none}
.line{fill:none;stroke-width:2.2}
.line.c0{stroke:var(--one)}.line.c1{stroke:var(--two)}.line.c2{stroke:var(--three)}
.dot.c0{fill:var(--one)}.dot.c1{fill:var(--two)}.dot.c2{fill:var(--three)}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem}
th,td{padding:.25rem .9rem .25rem 0;text-align:left;border-bottom:1px solid var(--rule);
vertical-align:top}
th{font-weight:400}
td{font-variant-numeric:tabular-nums;white-space:nowrap}
.figures td:nth-child(3){white-space:normal}
.figures td:nth-child(3){color:var(--soft)}
.apart td,.apart th{font-weight:600}
details{border:1px solid var(--rule);border-radius:8px;margin:.4rem 0;padding:.1rem .9rem}
summary{cursor:pointer;padding:.45rem 0}
summary:focus-visible{outline:2px solid var(--one);outline-offset:2px}
dl{display:grid;grid-template-columns:9rem 1fr;gap:.4rem 1rem;margin:.2rem 0 .8rem}
dt{color:var(--soft)}
dd{margin:0;min-width:0}
dd p{margin:0 0 .3rem}
blockquote{margin:0 0 .4rem;padding-left:.7rem;border-left:3px solid var(--rule)}
cite{color:var(--soft);font-size:.85rem;font-style:normal}
@media(max-width:36rem){dl{grid-template-columns:1fr;gap:.1rem}dd{margin-bottom:.5rem}
.figures td:nth-child(3){font-size:.85rem}}
@media print{details{break-inside:avoid}}
"""
