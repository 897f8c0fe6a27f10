"use strict";
// Makes each timeline of the page live. All text is set as text.
(() => {
  const GUTTER = 78, RIGHT = 12, TOP = 34, CHAR = 6.1, PAGE = 10, CLOSEST = 20;
  const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5,
    6e5, 18e5, 36e5];
  const SVG = "http://www.w3.org/2000/svg";

  const clock = (ms) => {
    const rest = String(ms % 1000).padStart(3, "0");
    return `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}.${rest}`;
  };
  const make = (name, words, kind) => {
    const node = document.createElement(name);
    if (words !== undefined) node.textContent = words;
    if (kind) node.className = kind;
    return node;
  };
  const drawn = (name, values, words) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) node.setAttribute(key, value);
    if (words) node.textContent = words;
    return node;
  };

  class Timeline {
    constructor(root) {
      this.root = root;
      this.data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
      this.box = root.querySelector(".tl-box");
      this.now = root.querySelector(".tl-now");
      this.svgs = [...root.querySelectorAll(".tl-svg")];
      this.sessions = this.data.sessions;
      for (const one of this.sessions) one.found = one.times.slice();
      this.end = this.data.scale[this.data.scale.length - 1][1];
      this.view = [0, this.end];
      this.width = this.box.clientWidth;
      this.parts = this.svgs.map((svg) => [...svg.querySelectorAll("[data-a],[data-ma]")]);
      this.dots = this.svgs.map((svg) =>
        new Map([...svg.querySelectorAll(".tl-dot")].map((dot) => [+dot.dataset.a, dot])));
      this.sort();
      this.place = 0;
      this.violation = -1;
      this.prepare();
      this.slide();
      this.select(0);
      new ResizeObserver(() => this.draw()).observe(this.box);
    }

    sort() {
      this.all = this.sessions.flatMap((one, s) =>
        one.events.map((event, i) => ({ s, i, event, at: one.times[event[0]] })));
      this.all.sort((a, b) => a.at - b.at || a.s - b.s || a.i - b.i);
    }

    find(s, number) {
      let best = 0;
      this.all.forEach((item, place) => {
        if (item.s === s && item.event[0] <= number) best = place;
      });
      return best;
    }

    at(ms) {
      const corners = this.data.scale;
      let n = corners.findIndex((corner) => corner[0] > ms) - 1;
      if (n === -2) n = corners.length - 2;
      n = Math.max(0, n);
      const [[a, x], [b, y]] = [corners[n], corners[n + 1]];
      return x + ((ms - a) * (y - x)) / (b - a);
    }

    x(ms) {
      const [from, to] = this.view;
      return GUTTER + ((this.at(ms) - from) / (to - from)) * (this.width - GUTTER - RIGHT);
    }

    draw() {
      this.width = Math.max(280, this.box.clientWidth);
      this.svgs.forEach((svg, s) => {
        const height = +svg.dataset.height;
        svg.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
        svg.querySelector(".tl-clip").setAttribute("width", this.width - GUTTER + 6);
        const ends = new Map();
        this.taken = [];
        for (const part of this.parts[s]) this.put(part, s, ends);
        this.ticks(svg.querySelector(".tl-ticks"), height - 18);
      });
    }

    time(part, s, name) {
      const event = part.dataset[name];
      if (event !== undefined) return this.sessions[s].times[+event];
      const ms = part.dataset[`m${name}`];
      return ms === undefined ? undefined : +ms;
    }

    put(part, s, ends) {
      const x = this.x(this.time(part, s, "a"));
      const last = this.time(part, s, "b");
      const width = last === undefined ? Infinity : this.x(last) - x;
      if (part.tagName === "rect") {
        part.setAttribute("x", x);
        part.setAttribute("width", Math.max(1.5, width));
        return;
      }
      const isWords = part.classList.contains("tl-w");
      const from = isWords && width < Infinity ? Math.max(x, GUTTER) : x;
      part.setAttribute("transform", `translate(${from} 0)`);
      if (part.classList.contains("tl-break")) {
        const words = part.lastChild;
        words.setAttribute("visibility", this.fits(x, words.textContent) ? "visible" : "hidden");
      }
      if (!isWords) return;
      const long = part.textContent.length * CHAR, y = part.getAttribute("y");
      const fits = x + width - from > long + 4 && (ends.get(y) || 0) <= from && from >= GUTTER - 6;
      part.setAttribute("visibility", fits ? "visible" : "hidden");
      if (fits) ends.set(y, from + long + 3);
    }

    fits(x, words) {
      const half = words.length * CHAR / 2 + 3;
      if (this.taken.some(([a, b]) => a < x + half && x - half < b)) return false;
      this.taken.push([x - half, x + half]);
      return true;
    }

    ticks(group, bottom) {
      group.replaceChildren();
      const count = Math.max(2, Math.floor((this.width - GUTTER) / 110));
      const step = STEPS.find((item) => item >= (this.view[1] - this.view[0]) / count) || 36e6;
      const corners = this.data.scale;
      const edges = [corners[0][0], ...this.data.breaks.flat(), corners[corners.length - 1][0]];
      for (let n = 0; n < edges.length; n += 2) {
        for (let ms = Math.max(0, Math.ceil(edges[n] / step) * step); ms <= edges[n + 1]; ms += step) {
          const at = this.at(ms);
          if (at > this.view[1]) return;
          if (at < this.view[0]) {  // far from it: not one by one
            ms += Math.floor((this.view[0] - at) / step / 2) * step;
            continue;
          }
          const x = this.x(ms);
          group.append(drawn("path", { d: `M${x} ${TOP - 4}V${bottom}` }));
          const words = ms % 1000 ? clock(ms) : clock(ms).slice(0, -4);
          if (this.fits(x, words)) group.append(drawn("text", { x, y: bottom + 14, "text-anchor": "middle" }, words));
        }
      }
    }

    zoom(factor) {
      const [from, to] = this.view;
      const middle = Math.min(Math.max(this.at(this.all[this.place].at), from), to);
      const size = Math.min(this.end, Math.max(CLOSEST, (to - from) * factor));
      this.look(middle - size * ((middle - from) / (to - from)), size);
      this.draw();
    }

    look(from, size) {
      const begin = Math.min(Math.max(0, from), this.end - size);
      this.view = [begin, begin + size];
    }

    select(place) {
      this.place = Math.min(Math.max(0, place), this.all.length - 1);
      const item = this.all[this.place], at = this.at(item.at), [from, to] = this.view;
      if (at < from || at > to) this.look(at - (to - from) / 2, to - from);
      this.show(this.place);
      const box = this.box;
      box.setAttribute("aria-valuenow", this.place + 1);
      box.setAttribute("aria-valuetext", `${clock(item.at)} ${item.event[2]}`);
      this.draw();
      for (const [n, name] of [[0, "back"], [this.all.length - 1, "on"]]) {
        this.root.querySelector(`[data-do=${name}]`).disabled = this.place === n;
      }
    }

    show(place) {
      const here = this.all[place];
      const last = this.sessions.map(() => null);
      for (const item of this.all.slice(0, place + 1)) last[item.s] = item;
      this.now.replaceChildren();
      this.now.append(this.told(here));
      last.forEach((item, s) => item && this.now.append(this.stateOf(item, s)));
      this.svgs.forEach((svg, s) => {
        const cursor = svg.querySelector(".tl-cursor");
        cursor.dataset.ma = here.at;
        cursor.setAttribute("visibility", "visible");
        cursor.setAttribute("transform", `translate(${this.x(here.at)} 0)`);
        svg.querySelectorAll(".tl-on").forEach((dot) => dot.classList.remove("tl-on"));
        const dot = last[s] && this.dots[s].get(last[s].event[0]);
        if (dot) {
          dot.classList.add("tl-on");
          dot.parentNode.insertBefore(dot, svg.querySelector(".tl-cursor"));
        }
      });
    }

    told({ s, event, at }) {
      const one = this.sessions[s], [, lane, title, meaning, fields, rules] = event;
      const out = make("div");
      const which = this.sessions.length > 1 ? `${one.name}, ` : "";
      out.append(make("p", `${which}${this.data.lanes[lane]}, event ${event[0] + 1}`, "tl-dim"));
      out.append(make("p", `${clock(at)} ${title}`, "tl-title"));
      if (one.pool[meaning]) out.append(make("p", one.pool[meaning]));
      out.append(this.rows(one, fields));
      for (const rule of rules) {
        const line = make("p", "rule "), link = make("a", `${rule}: ${this.data.rules[rule]}`);
        link.href = `#rule-${rule}`;
        line.append(link);
        out.append(line);
      }
      return out;
    }

    stateOf({ event }, s) {
      const one = this.sessions[s], out = make("div");
      const whose = this.sessions.length > 1 ? `, ${one.name}` : "";
      out.append(make("p", `the object after event ${event[0] + 1}${whose}`, "tl-dim"));
      out.append(this.rows(one, one.states[event[6]]));
      return out;
    }

    rows(one, numbers) {
      const list = make("dl");
      for (const number of numbers) {
        const [label, words] = one.pool[number];
        list.append(make("dt", label), make("dd", words));
      }
      return list;
    }

    prepare() {
      const { box, root } = this;
      root.classList.add("tl-live");
      root.querySelector(".tl-controls").hidden = this.now.hidden = false;
      root.querySelectorAll(".tl-list").forEach((list) => { list.open = false; });
      box.setAttribute("role", "slider");
      box.setAttribute("aria-valuemin", 1);
      box.setAttribute("aria-valuemax", this.all.length);
      const found = this.sessions.some((one) => one.violations.length);
      const deeds = {
        back: () => this.select(this.place - 1),
        on: () => this.select(this.place + 1),
        violation: () => this.jump(),
        in: () => this.zoom(0.5),
        out: () => this.zoom(2),
        all: () => this.zoom(Infinity),
      };
      for (const button of root.querySelectorAll("[data-do]")) {
        button.addEventListener("click", deeds[button.dataset.do]);
        if (button.dataset.do === "violation") button.hidden = !found;
      }
      const keys = {
        ArrowLeft: deeds.back, ArrowRight: deeds.on, ArrowUp: deeds.back, ArrowDown: deeds.on,
        PageUp: () => this.select(this.place - PAGE), PageDown: () => this.select(this.place + PAGE),
        Home: () => this.select(0), End: () => this.select(this.all.length - 1),
        "+": deeds.in, "=": deeds.in, "-": deeds.out, 0: deeds.all, v: found && deeds.violation,
      };
      box.addEventListener("keydown", (press) => {
        const deed = keys[press.key];
        if (!deed || press.ctrlKey || press.metaKey || press.altKey) return;
        press.preventDefault();
        deed();
      });
      this.svgs.forEach((svg, s) => {
        const place = (move) => {
          const part = move.target.closest("[data-a]");
          return part ? this.find(s, +part.dataset.a) : -1;
        };
        svg.addEventListener("pointerover", (move) => {
          const at = place(move);
          this.show(at < 0 ? this.place : at);
        });
        svg.addEventListener("pointerleave", () => this.show(this.place));
        svg.addEventListener("click", (move) => {
          const at = place(move);
          if (at >= 0) this.select(at);
        });
      });
      this.now.addEventListener("click", (press) => {
        const rule = press.target.hash && document.querySelector(press.target.hash);
        if (rule && rule.closest("details")) rule.closest("details").open = true;
      });
    }

    jump() {
      const found = this.sessions.flatMap((one, s) =>
        one.violations.map(([number, ms]) => [s, number, ms]));
      this.violation = (this.violation + 1) % found.length;
      const [s, number, ms] = found[this.violation];
      const near = this.sessions[s].times.findLastIndex((at) => at <= ms);
      const size = Math.max(Math.min(this.view[1] - this.view[0], this.end / 4), CLOSEST);
      const place = this.find(s, number < 0 ? near : number);
      this.look(this.at(this.all[place].at) - size / 2, size);
      this.select(place);
    }

    slide() {
      const s = this.sessions.findIndex((one) => one.free), one = this.sessions[s];
      if (!one) return;
      const { names, limits, times } = one.free, home = this.root.querySelector(".tl-free");
      one.moved = times.slice();
      home.replaceChildren(make("p", "What may vary: drag one, and the others follow as far as the "
        + "proof's bounds have them. The same is violated at each place."));
      this.sliders = names.map((name, n) => {
        const low = -limits[0][n + 1], high = limits[n + 1][0];
        const label = make("label"), words = make("span"), input = make("input");
        Object.assign(input, { type: "range", min: low, max: high ?? times[n] + 60000, step: 1 });
        if (low === high) return null;
        label.append(words, input);
        home.append(label);
        input.addEventListener("input", () => this.drag(s, n, +input.value));
        return { input, words, name, low, high };
      });
      const back = make("button", "as it was found");
      back.type = "button";
      back.addEventListener("click", () => {
        one.moved = times.slice();
        this.moved(s);
      });
      this.said = make("p", "", "tl-dim");
      home.append(back, this.said);
      this.moved(s);
    }

    drag(s, step, ms) {
      const one = this.sessions[s], { limits } = one.free;
      // Moved no further than the tightest bounds ask, all bounds are kept.
      one.moved = one.moved.map((at, n) => {
        if (n === step) return ms;
        const least = limits[step + 1][n + 1], most = limits[n + 1][step + 1];
        const high = most === null ? at : Math.min(at, ms + most);
        return least === null ? high : Math.max(high, ms - least);
      });
      this.moved(s);
    }

    moved(s) {
      const one = this.sessions[s], { steps, times } = one.free;
      const shifts = one.moved.map((at, n) => at - times[n]);
      one.times = one.found.map((at, n) => at + (steps[n] ? shifts[steps[n] - 1] : 0));
      this.sliders.forEach((slider, n) => {
        if (!slider) return;
        const { input, words, name, low, high } = slider, at = one.moved[n];
        input.value = at;
        const range = `${clock(low)} to ${high === null ? "any time later" : clock(high)}`;
        words.textContent = `${name}: ${clock(at)} (${range})`;
        input.setAttribute("aria-valuetext", clock(at));
      });
      const event = this.all[this.place] && this.all[this.place].event;
      this.sort();
      this.said.textContent = shifts.some((ms) => ms)
        ? "Moved. Times that stand within words are those of the schedule as it was found." : "";
      if (event) this.select(this.all.findIndex((item) => item.event === event));
    }
  }

  for (const root of document.querySelectorAll(".tl")) new Timeline(root);
})();
