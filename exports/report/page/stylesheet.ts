import { colourDeclarations } from "./palette.js";

const [light, dark] = [colourDeclarations(0), colourDeclarations(1)];

/** The page's only style sheet: light or dark as the system or the reader wants, from a phone to a printer. */
export const stylesheet = `
:root{color-scheme:light;${light}}
@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${dark}}}
@media screen{:root[data-theme=dark]{color-scheme:dark;${dark}}}
*{box-sizing:border-box}
html{scroll-padding-top:3.75rem;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
h1,h2,h3,h4,p,dl,dd,ul,ol,figure,fieldset{margin:0;padding:0}
h1{font-size:clamp(1.6rem,1.2rem + 1.6vw,2.25rem);line-height:1.15;letter-spacing:-.02em}
h1 span{color:var(--muted);font-weight:400}
h2{font-size:1.35rem;letter-spacing:-.01em;margin:0 0 1rem}
h3{font-size:1rem;font-weight:600;line-height:1.35}
h4{font-size:.8rem;font-weight:600;color:var(--muted);margin-bottom:.5rem}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85em;overflow-wrap:anywhere}
header,main,nav{max-width:76rem;margin:0 auto;padding:0 clamp(1rem,3vw,2rem)}
header{display:flex;gap:1rem;justify-content:space-between;align-items:flex-start;padding-top:2rem;padding-bottom:1rem}
.kicker{color:var(--muted);font-size:.875rem;overflow-wrap:anywhere;margin-bottom:.25rem}
.state{display:inline-block;margin-top:.6rem;padding:.1rem .6rem;border-radius:1rem;font-size:.8rem;font-weight:600;background:var(--soft);color:var(--accent)}
.state.done{color:var(--good)}
button{font:inherit;font-size:.875rem;color:var(--ink);background:var(--card);border:1px solid var(--rule);border-radius:.5rem;padding:.45rem .8rem;cursor:pointer;white-space:nowrap;min-height:2.5rem}
button:hover{border-color:var(--accent)}
nav{position:sticky;top:0;z-index:2;display:flex;gap:.25rem;overflow-x:auto;max-width:none;background:var(--page);border-bottom:1px solid var(--rule);scrollbar-width:none;padding-left:max(clamp(1rem,3vw,2rem),calc(50vw - 36rem))}
nav a{flex:none;padding:.8rem .6rem;font-size:.9rem;color:var(--muted);text-decoration:none}
nav a:first-child{margin-left:-.6rem}
nav a:hover{color:var(--ink);text-decoration:underline;text-underline-offset:.3rem}
main{padding-top:1.5rem;padding-bottom:4rem}
main>section{margin-top:3rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,10rem),1fr));gap:1rem}
.cards>div,.chart,.beside,.user,.more{background:var(--card);border:1px solid var(--rule);border-radius:.75rem}
.cards>div{padding:1rem 1.15rem}
.cards dt{color:var(--muted);font-size:.85rem}
.cards strong{display:block;font-size:1.7rem;font-weight:650;letter-spacing:-.02em;line-height:1.25;font-variant-numeric:tabular-nums}
.cards dd span{color:var(--muted);font-size:.85rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21.5rem),1fr));gap:1rem;align-items:start}
@media (min-width:54rem){.grid.two{grid-template-columns:1fr 1fr}}
.wide{grid-column:1/-1}
.chart,.beside{padding:1rem 1.15rem;min-width:0}
.chart>svg,.panel>svg{display:block;width:100%;height:auto;margin-top:.5rem}
svg text{font-family:inherit}
svg[role=img] :not([data-point]){pointer-events:none}
.beside h3{margin-bottom:.5rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem .9rem;font-size:.85rem;color:var(--muted);margin-top:.35rem}
.legend svg{width:.7rem;height:.7rem;margin-right:.4rem}
.note{color:var(--muted);font-size:.875rem;margin-top:.6rem;max-width:70ch}
.warning{color:var(--c2);font-weight:600}
summary{cursor:pointer;font-size:.875rem;color:var(--muted);padding:.35rem 0}
summary:hover{color:var(--ink)}
.chart details{margin-top:.35rem;border-top:1px solid var(--grid)}
.more{margin-top:1rem;padding:.5rem 1.15rem}
.more[open]{background:none;border-color:transparent;padding-left:0;padding-right:0}
.scroll{overflow-x:auto;max-height:30rem;overflow-y:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--grid);vertical-align:top}
tr:last-child>*{border-bottom:0}
thead th{color:var(--muted);font-weight:500;position:sticky;top:0;background:var(--card)}
tbody th{font-weight:500;text-align:left}
.numbers tbody th{min-width:6.5rem}
.numbers td,.numbers thead th:not(:first-child){text-align:right}
.numbers thead th:first-child,.texts th,.texts td{text-align:left}
.texts td{overflow-wrap:anywhere}
.texts tbody th{color:var(--muted);white-space:nowrap}
mark{background:var(--soft);color:var(--accent);border-radius:.25rem;padding:.05rem .3rem;margin-left:-.3rem}
.users{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr));gap:1rem;margin-top:1rem}
.user{padding:1rem 1.15rem}
.columns{display:grid;gap:1rem 1.25rem;margin-top:.8rem}
@media (min-width:34rem){.columns{grid-template-columns:5fr 6fr}}
.items{list-style:none;font-size:.9rem;display:grid;gap:.45rem}
.items li{display:flex;align-items:center;gap:.5rem;min-height:1.5rem}
.picture{flex:none;width:2.5rem;height:2.5rem;border-radius:.4rem;object-fit:contain;background:var(--grid)}
.rank{flex:none;min-width:1.6rem;color:var(--muted);font-variant-numeric:tabular-nums}
.name{line-height:1.3;overflow-wrap:anywhere;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden}
.about{flex:1;min-width:0}
.about .badge{display:inline-block;margin:.15rem .25rem 0 0}
.score{flex:none;color:var(--muted);font-size:.8rem;font-variant-numeric:tabular-nums}
.badge{flex:none;font-size:.72rem;font-weight:600;padding:.05rem .45rem;border-radius:1rem;background:var(--soft);color:var(--accent)}
.badge.hit{color:var(--good)}
.choices{border:0;display:flex;flex-wrap:wrap;align-items:center;gap:.4rem;margin-top:.6rem}
.choices legend{float:left;font-size:.85rem;color:var(--muted);margin-right:.4rem;padding:0}
.choices input{position:absolute;opacity:0}
.choices label{font-size:.875rem;padding:.3rem .75rem;border:1px solid var(--rule);border-radius:2rem;cursor:pointer}
.choices input:checked+label{background:var(--soft);color:var(--accent);border-color:var(--accent)}
.choices input:focus-visible+label{outline:2px solid var(--accent);outline-offset:2px}
.panel{margin-top:.6rem}
.panel>svg{max-width:60rem;margin-inline:auto}
@supports selector(:has(*)){
.map .panel{display:none}
.map:has(#map-choice-0:checked) .panel:nth-of-type(1),.map:has(#map-choice-1:checked) .panel:nth-of-type(2),.map:has(#map-choice-2:checked) .panel:nth-of-type(3),.map:has(#map-choice-3:checked) .panel:nth-of-type(4){display:block}
}
#tip{position:fixed;z-index:3;max-width:min(22rem,90vw);padding:.35rem .65rem;border-radius:.4rem;background:var(--ink);color:var(--card);font-size:.85rem;line-height:1.35;pointer-events:none;overflow-wrap:anywhere}
[data-point]:hover{stroke:var(--ink);stroke-width:1px;opacity:1}
[hidden]{display:none!important}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;z-index:4;background:var(--card);padding:.5rem 1rem;border-radius:.5rem}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{
nav,button,.skip,.choices,details:not([open]){display:none}
body{background:none;font-size:11pt}
.chart,.cards>div,.user{break-inside:avoid}
h2,h3{break-after:avoid}
.scroll{max-height:none;overflow:visible}
main>section{margin-top:1.5rem}
}
`;
