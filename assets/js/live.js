// A page that keeps itself current: asks for its live part, says when the connection is lost.
// data-live="address" holds a part with data-seconds (0: it is over) and data-say (what a
// screen reader is told when it changes).
(function () {
  "use strict";
  var portal = window.portal;
  var SLOWEST = 30;

  function clock(root, date) {
    var mark = document.documentElement.lang === "en" ? ":" : ".";
    var text = [date.getHours(), date.getMinutes(), date.getSeconds()]
      .map(function (n) { return ("0" + n).slice(-2); }).join(mark);
    var marks = root.querySelectorAll("[data-live-clock]");
    for (var i = 0; i < marks.length; i += 1) { marks[i].textContent = text; }
  }

  function watch(box) {
    var lost = document.getElementById("live-lost");
    var etag = box.getAttribute("data-etag");
    var failures = 0;
    var timer = null;

    function part() { return box.firstElementChild; }
    function seconds() { return Number(part().getAttribute("data-seconds")) || 0; }
    function later() {
      clearTimeout(timer);
      var wait = seconds();
      if (!wait) { return; }
      if (failures) { wait = Math.min(SLOWEST, Math.max(wait, 2 * failures)); }
      timer = setTimeout(ask, wait * 1000);
    }
    function show(html) {
      var old = part();
      var said = old.getAttribute("data-say");
      var kind = old.getAttribute("data-kind");
      var open = [].map.call(old.querySelectorAll("details[open][id]"), function (d) { return d.id; });
      var focus = document.activeElement && old.contains(document.activeElement) ? document.activeElement : null;
      var place = focus && (focus.getAttribute("name") || focus.getAttribute("href") || focus.closest("details[id]") && "summary");
      var fresh = portal.swap(html, old.id);
      if (!fresh) { location.reload(); return; }
      open.forEach(function (id) {
        var found = document.getElementById(id);
        if (found) { found.open = true; }
      });
      if (place) {
        var again = [].filter.call(fresh.querySelectorAll("a, button, summary, input"), function (e) {
          return e.tagName === focus.tagName && (e.getAttribute("name") === focus.getAttribute("name"))
            && e.getAttribute("href") === focus.getAttribute("href") && e.value === focus.value;
        })[0];
        if (again) { again.focus({ preventScroll: true }); }
      }
      var say = fresh.getAttribute("data-say");
      if (say !== said) {
        document.getElementById("page-status").textContent = say;
        if (fresh.getAttribute("data-kind") === "called" && kind !== "called") {
          document.title = say;
          if (navigator.vibrate) { navigator.vibrate([300, 120, 300]); }
        }
      }
    }
    function good() {
      failures = 0;
      lost.hidden = true;
      clock(document, new Date());
    }
    function bad() {
      failures += 1;
      if (failures > 1) { lost.hidden = false; }
    }
    function ask() {
      if (document.hidden && seconds() > 2) { later(); return; }
      fetch(box.getAttribute("data-live"), {
        credentials: "same-origin",
        cache: "no-store",
        headers: { "If-None-Match": etag }
      }).then(function (answer) {
        if (answer.status === 304) { good(); return null; }
        if (answer.status === 404) { location.reload(); return null; }
        if (!answer.ok) { throw new Error(answer.status); }
        etag = answer.headers.get("ETag") || etag;
        return answer.text().then(function (html) { show(html); good(); });
      }).catch(bad).then(later);
    }
    document.addEventListener("visibilitychange", function () { if (!document.hidden) { ask(); } });
    window.addEventListener("online", ask);
    window.addEventListener("offline", function () { failures = 1; bad(); });
    later();
  }

  document.addEventListener("DOMContentLoaded", function () {
    var boxes = document.querySelectorAll("[data-live]");
    for (var i = 0; i < boxes.length; i += 1) { watch(boxes[i]); }
  });
})();
