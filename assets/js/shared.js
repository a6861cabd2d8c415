// Small enhancements. Every page works without them; nothing here is needed to finish a task.
(function () {
  "use strict";
  var portal = (window.portal = {});

  // Words come from the page (data-text-* on <body>), so that they are translated in one place.
  portal.text = function (name) {
    return document.body.getAttribute("data-text-" + name) || "";
  };
  portal.closest = function (event, selector) {
    return event.target instanceof Element ? event.target.closest(selector) : null;
  };
  portal.clock = function () {
    var now = new Date();
    var mark = document.documentElement.lang === "en" ? ":" : ".";
    return ("0" + now.getHours()).slice(-2) + mark + ("0" + now.getMinutes()).slice(-2);
  };
  portal.remember = function (key, value) {
    try {
      if (value === undefined) { return localStorage.getItem(key); }
      localStorage.setItem(key, value);
    } catch (refused) { /* private mode: nothing is remembered */ }
    return null;
  };
  // Take one region out of a fetched page and put it in place of ours.
  portal.swap = function (html, id) {
    var fresh = new DOMParser().parseFromString(html, "text/html").getElementById(id);
    var old = document.getElementById(id);
    if (!fresh || !old) { return null; }
    fresh = document.importNode(fresh, true);
    old.replaceWith(fresh);
    if (window.htmx) { window.htmx.process(fresh); }
    return fresh;
  };

  function focusErrors(root) {
    var summary = (root || document).querySelector(".error-summary");
    if (summary) { summary.focus(); }
  }

  document.addEventListener("click", function (event) {
    var copy = portal.closest(event, "[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.getAttribute("data-copy")).then(function () {
        var status = document.getElementById("page-status");
        if (status) { status.textContent = portal.text("copied"); }
        copy.setAttribute("data-copied", "true");
      });
    }
    if (portal.closest(event, "[data-print]")) { window.print(); }
    var closer = portal.closest(event, "[data-close]");
    if (closer && closer.closest("dialog")) { closer.closest("dialog").close(); }
  });

  // Five minutes before the session ends a notice appears; staying is one press.
  function watchSession() {
    var notice = document.querySelector("[data-session-seconds]");
    if (!notice) { return; }
    var seconds = Number(notice.getAttribute("data-session-seconds"));
    var timer;
    function restart() {
      clearTimeout(timer);
      notice.hidden = true;
      timer = setTimeout(function () { notice.hidden = false; }, Math.max(0, seconds - 300) * 1000);
    }
    document.body.addEventListener("htmx:afterRequest", function (event) {
      if (event.detail.successful) { restart(); }
    });
    notice.addEventListener("click", function (event) {
      var keep = portal.closest(event, "[data-session-keep]");
      if (!keep) { return; }
      event.preventDefault();
      fetch(keep.href, { credentials: "same-origin" }).then(function (answer) {
        if (answer.ok && !answer.redirected) { restart(); } else { location.reload(); }
      });
    });
    restart();
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.documentElement.classList.add("has-script");
    var buttons = document.querySelectorAll("[data-print], [data-copy]");
    for (var i = 0; i < buttons.length; i += 1) { buttons[i].hidden = false; }
    focusErrors();
    watchSession();
  });
  document.addEventListener("htmx:afterSwap", function (event) { focusErrors(event.target); });
})();
