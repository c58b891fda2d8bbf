/// Style and script of the HTML report.
enum HTMLAssets {
    static let style = """

        :root { color-scheme: light dark; --back: #fff; --text: #1d2330; --dim: #667085; --line: #d9dee8; --soft: #f4f6fa;
          --good: #12805c; --bad: #c4320a; --odd: #a15c00; --http: #3f6fd8; --step: #8b93a7; }
        @media (prefers-color-scheme: dark) { :root { --back: #14171d; --text: #e4e8f0; --dim: #98a2b3; --line: #2c323d; --soft: #1b2029;
          --good: #4cc38a; --bad: #ff8a65; --odd: #f0b357; --http: #86a8ff; --step: #7b8498; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1100px; padding: 1rem; background: var(--back); color: var(--text);
          font: 15px/1.45 system-ui, sans-serif; }
        h1 { font-size: 1.2rem; margin: 0; }
        .totals span { font-weight: 600; margin-right: 1rem; }
        .about, .keys, .remark { color: var(--dim); }
        .tools { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; }
        #search { font: inherit; padding: .25rem .5rem; width: 18rem; max-width: 100%; }
        .passed .outcome, span.passed { color: var(--good); }
        .failed .outcome, span.failed { color: var(--bad); }
        .flaky .outcome, .skipped .outcome, span.flaky, span.skipped { color: var(--odd); }
        details.file { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: .2rem .7rem; }
        details.file > summary { cursor: pointer; padding: .3rem 0; overflow-wrap: anywhere; }
        details.part { margin: .4rem 0; }
        summary:focus-visible { outline: 2px solid var(--http); outline-offset: 2px; }
        .outcome { display: inline-block; min-width: 4.5rem; font-weight: 600; }
        .time { color: var(--dim); font-variant-numeric: tabular-nums; }
        pre, .source, .events, .waterfall, code { font-family: ui-monospace, monospace; font-size: 13px; }
        pre { background: var(--soft); border-left: 3px solid var(--line); padding: .6rem; overflow-x: auto; margin: .4rem 0;
          white-space: pre-wrap; overflow-wrap: anywhere; }
        pre.frame { border-left-color: var(--bad); }
        table { border-collapse: collapse; width: 100%; }
        td { padding: .05rem .5rem; vertical-align: top; overflow-wrap: anywhere; white-space: pre-wrap; }
        .events td:first-child, .waterfall td:last-child { color: var(--dim); white-space: nowrap; text-align: right; }
        .events td:nth-child(2) { color: var(--dim); white-space: nowrap; }
        .events .failure td { color: var(--bad); }
        .events .warning td { color: var(--odd); }
        .events .heading td { font-weight: 600; }
        .waterfall td:first-child { width: 34%; }
        .waterfall td.bar { width: 58%; background: var(--soft); padding: 0; }
        .waterfall i { display: block; height: .8rem; margin-top: .3rem; min-width: 2px; border-radius: 2px; background: var(--good); }
        .waterfall .step i { background: var(--step); }
        .waterfall .step td:first-child { font-weight: 600; }
        .waterfall .http i { background: var(--http); }
        .waterfall .moment i { background: var(--odd); }
        .waterfall .failed i { background: var(--bad); }
        ol.source { margin: 0; padding-left: 3.5rem; white-space: pre-wrap; }
        ol.source li::marker { color: var(--dim); }
        ol.source li.failed { background: var(--soft); color: var(--bad); }
        [hidden] { display: none; }
        @media print { .tools, .keys { display: none; } details.file { break-inside: avoid; } body { max-width: none; } }

        """

    /// Filters and keys; the page is complete without it.
    static let script = """

        "use strict";
        const files = [...document.querySelectorAll("details.file")];
        const search = document.getElementById("search");
        const boxes = [...document.querySelectorAll("[type=checkbox]")];
        const update = () => {
          const wanted = new Set(boxes.filter(box => box.checked).map(box => box.dataset.outcome));
          const text = search.value.toLowerCase();
          for (const file of files) {
            file.hidden = !wanted.has(file.dataset.outcome) || !file.textContent.toLowerCase().includes(text);
          }
        };
        search.addEventListener("input", update);
        for (const box of boxes) { box.addEventListener("change", update); }
        document.addEventListener("keydown", event => {
          if (event.target === search) { if (event.key === "Escape") { search.blur(); } return; }
          if (event.ctrlKey || event.metaKey || event.altKey) { return; }
          const shown = files.filter(file => !file.hidden).map(file => file.firstElementChild);
          const here = shown.indexOf(document.activeElement);
          if (event.key === "/") { event.preventDefault(); search.focus(); }
          if (event.key === "j") { (shown[here + 1] ?? shown[0])?.focus(); }
          if (event.key === "k") { (shown[here - 1] ?? shown.at(-1))?.focus(); }
        });

        """
}
