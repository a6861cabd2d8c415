// The kiosk: types on the pad, presses once, prints, and forgets whoever went away.
(function () {
  "use strict";
  var body = document.body, start = body.getAttribute("data-start");
  if (!start) { return; }
  function each(query, call) { Array.prototype.forEach.call(document.querySelectorAll(query), call); }
  // No screen of before stays in the history or in the browser's memory of pages.
  function go(address) { window.location.replace(address); }
  window.addEventListener("pageshow", function (event) { if (event.persisted) { go(start); } });
  each("a[data-replace]", function (link) {
    link.addEventListener("click", function (event) { event.preventDefault(); go(link.href); });
  });

  // --- clock: the server's, counted on by the machine's steady clock ----------------------------
  var stamp = Number(body.getAttribute("data-stamp")), offset = Number(body.getAttribute("data-offset")) * 60000;
  var mark = document.documentElement.lang === "en" ? ":" : ".", face = document.querySelector("[data-clock]");
  function two(number) { return (number < 10 ? "0" : "") + number; }
  function tell() {
    var now = new Date(stamp + performance.now() + offset), text = two(now.getUTCHours()) + mark + two(now.getUTCMinutes());
    if (face && face.textContent !== text) { face.textContent = text; }
  }
  tell();
  window.setInterval(tell, 1000);

  // --- the pad ----------------------------------------------------------------------------------
  each("[data-pad]", function (pad) {
    var field = document.getElementById(pad.getAttribute("data-pad"));
    pad.addEventListener("click", function (event) {
      var key = event.target.closest("button");
      if (!key) { return; }
      event.preventDefault();
      field.value = key.value === "hapus" ? field.value.slice(0, -1) : (field.value + key.value).slice(0, Number(field.getAttribute("maxlength")));
    });
  });
  // A reader types the code and presses Enter, wherever the eye was before.
  var scan = document.querySelector("[data-scan]");
  if (scan) { scan.focus(); }

  // --- one press --------------------------------------------------------------------------------
  each("form[data-once]", function (form) {
    form.addEventListener("submit", function (event) {
      if (form.getAttribute("aria-busy")) { event.preventDefault(); return; }
      form.setAttribute("aria-busy", "true");
    });
  });

  // --- paper ------------------------------------------------------------------------------------
  var paper = document.querySelector("[data-print]"), again = document.querySelector("[data-again]");
  if (paper) { window.setTimeout(function () { window.print(); }, 150); }
  if (again) { again.hidden = false; again.addEventListener("click", function () { window.print(); }); }

  // --- nobody there any more --------------------------------------------------------------------
  var quiet = Number(body.getAttribute("data-quiet")), warn = Number(body.getAttribute("data-warn"));
  var box = document.querySelector("[data-warning]"), left = document.querySelector("[data-left]"), last = performance.now();
  function touched() {
    last = performance.now();
    if (box && box.open) { box.close(); }
  }
  if (quiet && box) {
    ["pointerdown", "keydown", "input", "touchstart"].forEach(function (name) {
      document.addEventListener(name, function () { if (!box.open) { touched(); } }, true);
    });
    document.querySelector("[data-stay]").addEventListener("click", touched);
    box.addEventListener("close", function () { last = performance.now(); });
    window.setInterval(function () {
      var rest = Math.ceil(quiet + warn - (performance.now() - last) / 1000);
      if (rest <= 0) {
        each("input", function (field) { if (field.type !== "hidden") { field.value = ""; } });
        go(start);
      } else if (rest <= warn) {
        if (!box.open) { box.showModal(); }
        left.textContent = rest;
      }
    }, 250);
  }
})();
