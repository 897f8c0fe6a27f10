"use strict";
// One of several regions at a time, by a slider; without script all stand below each other.
(() => {
  for (const set of document.querySelectorAll(".rg-set")) {
    const ones = [...set.querySelectorAll(".rg-one")], pick = set.querySelector(".rg-pick");
    if (ones.length < 2 || !pick) continue;
    const input = pick.querySelector("input"), said = pick.querySelector("output");
    const show = () => {
      ones.forEach((one, n) => { one.hidden = n !== +input.value; });
      said.textContent = ones[+input.value].dataset.words;
      input.setAttribute("aria-valuetext", said.textContent);
    };
    input.max = ones.length - 1;
    input.value = set.dataset.now || 0;
    input.addEventListener("input", show);
    pick.hidden = false;
    show();
  }
})();
