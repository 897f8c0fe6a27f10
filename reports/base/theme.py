"""The choice of a page's theme: dark, light, or as the system says.

The script makes the control itself, so a page without script has the system's theme and no control
that does nothing. What was chosen is kept, where the browser keeps anything for a file.
"""

from __future__ import annotations

THEME_STYLE = """:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
.theme { margin-left: auto; font-size: .85rem; color: var(--dim); }
.theme select { font: inherit; color: var(--ink); background: var(--paper);
  border: 1px solid var(--dim); border-radius: 4px; min-height: 24px; }
.theme select:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
@media print { .theme { display: none; } }
"""
"""The style of the control."""

THEME_SCRIPT = """(function () {
  var root = document.documentElement, key = "lastchunk-theme", kept = "";
  try { kept = localStorage.getItem(key) || ""; } catch (e) { kept = ""; }
  function show(name) {
    if (name) { root.dataset.theme = name; } else { delete root.dataset.theme; }
  }
  show(kept);
  var label = document.createElement("label"), pick = document.createElement("select");
  label.className = "theme";
  label.append("Theme ", pick);
  [["", "as the system"], ["light", "light"], ["dark", "dark"]].forEach(function (item) {
    pick.add(new Option(item[1], item[0], false, item[0] === kept));
  });
  pick.addEventListener("change", function () {
    show(pick.value);
    try { localStorage.setItem(key, pick.value); } catch (e) { /* a file may keep nothing */ }
  });
  var place = document.querySelector("header nav, main, .matrix");
  if (place.tagName === "NAV") { place.append(label); } else { place.prepend(label); }
})();
"""
"""It stands near the top of the body, so that no other theme is seen first."""
