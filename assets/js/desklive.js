// Live pages of the desk: <div data-live="address" data-live-etag data-live-seconds> with parts
// marked data-live-region. A part in which somebody types, or that is folded open, is left alone
// until he is done; while a form is being sent nothing is replaced, so a second press meets the
// same form.
(function () {
  "use strict";
  var portal = window.portal;
  var root, etag, waiting = null, failures = 0;

  function isBusy(region) {
    var active = document.activeElement;
    if (region.querySelector("form[data-sent]")) { return true; }
    if (active && region.contains(active) && active.matches("input, select, textarea")) { return true; }
    if (region.querySelector("details[open]")) { return true; }
    var fields = region.querySelectorAll("input:not([type=hidden]), textarea, select");
    for (var i = 0; i < fields.length; i += 1) {
      var one = fields[i];
      if (one.matches("select")) {
        for (var k = 0; k < one.options.length; k += 1) {
          if (one.options[k].selected !== one.options[k].defaultSelected && one.selectedIndex > 0) { return true; }
        }
      } else if (/checkbox|radio/.test(one.type) ? one.checked !== one.defaultChecked : one.value !== one.defaultValue) {
        return true;
      }
    }
    return false;
  }
  // Returns whether every part could be replaced.
  function show(html) {
    if (document.querySelector("form[data-sent]")) { return false; }
    var fresh = new DOMParser().parseFromString(html, "text/html");
    var regions = fresh.querySelectorAll("[data-live-region]");
    if (!regions.length) { location.reload(); return true; }
    var all = true;
    for (var i = 0; i < regions.length; i += 1) {
      var old = document.getElementById(regions[i].id);
      if (!old) { continue; }
      if (isBusy(old)) { all = false; continue; }
      var held = old.contains(document.activeElement) ? document.activeElement : null;
      var again = held && (held.id ? "#" + held.id : held.getAttribute("data-key") ? "[data-key=" + held.getAttribute("data-key") + "]" : held.getAttribute("href") ? "a[href='" + held.getAttribute("href") + "']" : "");
      var panel = old.querySelector("[data-loaded]");
      var made = document.importNode(regions[i], true);
      var top = scrolls(old);
      old.replaceWith(made);
      scrolls(made, top);
      keep(made, panel);
      if (again && made.querySelector(again)) { made.querySelector(again).focus({ preventScroll: true }); }
    }
    load();
    tick();
    return all;
  }
  function scrolls(region, to) {
    var box = region.querySelector(".line");
    if (box && to !== undefined) { box.scrollTop = to; }
    return box ? box.scrollTop : 0;
  }
  // The person's application was loaded already: keep it as long as it is the same person.
  function keep(made, panel) {
    var place = made.querySelector("[data-load]");
    if (panel && place && panel.getAttribute("data-load") === place.getAttribute("data-load")) { place.replaceWith(panel); }
  }
  function load() {
    var places = document.querySelectorAll("[data-load]:not([data-loaded])");
    for (var i = 0; i < places.length; i += 1) { loadOne(places[i]); }
  }
  function loadOne(place) {
    place.setAttribute("data-loaded", "");
    fetch(place.getAttribute("data-load"), { credentials: "same-origin", headers: { "X-Live": "1", "X-Fragment": "1" } }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.text() : "";
    }).then(function (html) {
      if (!html) { return; }
      var fresh = new DOMParser().parseFromString(html, "text/html");
      var part = fresh.querySelector("[data-ticket-panel]") || fresh.querySelector("main") || fresh.body;
      place.textContent = "";
      while (part.firstChild) { place.appendChild(document.adoptNode(part.firstChild)); }
    }).catch(function () { place.removeAttribute("data-loaded"); });
  }
  // Minutes and seconds since a moment, so that they move without asking.
  function tick() {
    var marks = document.querySelectorAll("[data-since]");
    for (var i = 0; i < marks.length; i += 1) {
      var seconds = Math.max(0, Math.floor((Date.now() - Date.parse(marks[i].getAttribute("data-since"))) / 1000));
      var minutes = Math.floor(seconds / 60);
      marks[i].textContent = ("0" + minutes).slice(minutes > 99 ? -3 : -2) + (document.documentElement.lang === "en" ? ":" : ".") + ("0" + (seconds % 60)).slice(-2);
    }
  }
  function lost(is) {
    var line = document.querySelector("[data-live-lost]");
    if (line) { line.hidden = !is; }
  }
  function ask() {
    if (waiting) { waiting = show(waiting) ? null : waiting; }
    if (document.hidden) { return; }
    fetch(root.getAttribute("data-live"), { credentials: "same-origin", cache: "no-store", headers: { "If-None-Match": etag, "X-Live": "1" } }).then(function (answer) {
      failures = 0;
      lost(false);
      if (answer.redirected) { location.reload(); return; }
      if (answer.status !== 200) { return; }
      return answer.text().then(function (html) {
        etag = answer.headers.get("ETag") || "";
        waiting = show(html) ? null : html;
      });
    }).catch(function () {
      failures += 1;
      if (failures > 2) { lost(true); }
    });
  }
  document.addEventListener("click", function (event) {
    var summary = portal.closest(event, ".drop > summary");
    var drops = document.querySelectorAll(".drop[open]");
    for (var i = 0; i < drops.length; i += 1) {
      if (!drops[i].contains(event.target)) { drops[i].removeAttribute("open"); }
    }
    if (!summary) { return; }
    // Opened here and now, not after this event as the browser would: the first field has the
    // focus before the next key arrives, so fast typing lands in it and not on the shortcuts.
    event.preventDefault();
    var drop = summary.parentNode;
    drop.open = !drop.open;
    var first = drop.open && drop.querySelector("input:not([type=hidden]), select, textarea");
    if (first) { first.focus(); }
  });
  document.addEventListener("keydown", function (event) {
    var open = event.key === "Escape" && document.querySelector(".drop[open]");
    if (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); }
  });
  document.addEventListener("DOMContentLoaded", function () {
    root = document.querySelector("[data-live]");
    load();
    tick();
    setInterval(tick, 1000);
    if (!root) { return; }
    etag = root.getAttribute("data-live-etag") || "";
    setInterval(ask, 1000 * Number(root.getAttribute("data-live-seconds") || 3));
    document.addEventListener("visibilitychange", function () { if (!document.hidden) { ask(); } });
  });
})();
