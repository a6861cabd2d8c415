// Forms: one submission per press, the autosave line, searching while typing, remembered ticks.
(function () {
  "use strict";
  var portal = window.portal;
  var AGAIN_AFTER = 15000;

  function busy(form, button) {
    form.setAttribute("data-sent", String(Date.now()));
    if (!button || !button.classList.contains("button")) { return; }
    button.style.minWidth = button.offsetWidth + "px";
    button.setAttribute("aria-busy", "true");
    button.setAttribute("data-words", button.innerHTML);
    button.innerHTML = '<span class="spinner" aria-hidden="true"></span><span></span>';
    button.lastChild.textContent = button.getAttribute("data-busy") || portal.text("busy");
  }
  function ready(form) {
    form.removeAttribute("data-sent");
    var buttons = form.querySelectorAll("[data-words]");
    if (form.id) {
      buttons = document.querySelectorAll("[data-words][form='" + form.id + "'], #" + form.id + " [data-words]");
    }
    for (var i = 0; i < buttons.length; i += 1) {
      buttons[i].innerHTML = buttons[i].getAttribute("data-words");
      buttons[i].removeAttribute("data-words");
      buttons[i].removeAttribute("aria-busy");
      buttons[i].style.minWidth = "";
    }
  }
  portal.busy = busy;
  portal.ready = ready;

  // A second press is ignored while the first is under way; after 15 s, or when the page is
  // shown again, the button works again, so that a lost connection never locks anybody out.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-no-busy")) { return; }
    var sent = Number(form.getAttribute("data-sent") || 0);
    if (sent && Date.now() - sent < AGAIN_AFTER) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    var button = event.submitter;
    // After this turn, so that the pressed button's own name and value are sent.
    setTimeout(function () { busy(form, button); }, 0);
    setTimeout(function () { ready(form); }, AGAIN_AFTER);
  }, true);
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) { return; }
    var forms = document.querySelectorAll("form[data-sent]");
    for (var i = 0; i < forms.length; i += 1) { ready(forms[i]); }
  });
  document.addEventListener("click", function (event) {
    var refused = portal.closest(event, "[aria-disabled=true]");
    if (refused) { event.preventDefault(); }
  });

  // Autosave by htmx: a line beside the form says what happened.
  function saveLine(event) {
    var form = portal.closest(event, "[data-autosave]");
    return form ? form.querySelector("[data-save-status]") : null;
  }
  document.addEventListener("htmx:beforeRequest", function (event) {
    var line = saveLine(event);
    if (line) { line.textContent = portal.text("saving"); }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var line = saveLine(event);
    if (line) {
      line.textContent = event.detail.successful ? portal.text("saved") + " " + portal.clock() : portal.text("offline");
    }
    if (event.target.closest) {
      var form = event.target.closest("form");
      if (form) { ready(form); }
    }
  });

  // Searching while typing: a GET form with data-instant="id of the results".
  var waiting;
  var current;
  function search(form) {
    var id = form.getAttribute("data-instant");
    var address = form.getAttribute("action") || location.pathname;
    var query = new URLSearchParams(new FormData(form)).toString();
    var url = address + (query ? "?" + query : "");
    if (current) { current.abort(); }
    current = new AbortController();
    fetch(url, { signal: current.signal, credentials: "same-origin", headers: { "X-Instant": "1" } })
      .then(function (answer) {
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(function (html) {
        var fresh = portal.swap(html, id);
        if (!fresh) { return; }
        history.replaceState(null, "", url);
        // A replaced region announces nothing: its heading goes to the page's own status line.
        var words = fresh.querySelector("[data-announce]");
        var status = document.getElementById("page-status");
        if (words && status) { status.textContent = words.textContent; }
      })
      .catch(function () { /* the button still works */ });
  }
  function later(event, delay) {
    var form = portal.closest(event, "form[data-instant]");
    if (!form || !document.getElementById(form.getAttribute("data-instant"))) { return; }
    clearTimeout(waiting);
    waiting = setTimeout(function () { search(form); }, delay);
  }
  document.addEventListener("input", function (event) { later(event, 250); });
  document.addEventListener("change", function (event) {
    if (portal.closest(event, "select, [type=checkbox], [type=radio]")) { later(event, 0); }
    var tick = portal.closest(event, "[data-remember]");
    if (tick) { portal.remember(tick.getAttribute("data-remember"), tick.checked ? "1" : "0"); }
  });
  document.addEventListener("DOMContentLoaded", function () {
    var ticks = document.querySelectorAll("[data-remember]");
    for (var i = 0; i < ticks.length; i += 1) {
      ticks[i].checked = portal.remember(ticks[i].getAttribute("data-remember")) === "1";
    }
  });
})();
