// Desk: keyboard shortcuts (data-key), rows of a list, looking at a document.
(function () {
  "use strict";
  var portal = window.portal;
  var STORE = "desk-keys";

  function isOn() { return portal.remember(STORE) !== "off"; }
  function isTyping(target) {
    return Boolean(target.closest && target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable], dialog[open]"));
  }
  function shown(element) { return element.getClientRects().length > 0; }
  function byKey(key) {
    var found = document.querySelectorAll("[data-key]");
    for (var i = 0; i < found.length; i += 1) {
      if (found[i].getAttribute("data-key").toLowerCase() === key && shown(found[i])) { return found[i]; }
    }
    return null;
  }
  function press(element) {
    if (element.matches("input:not([type=radio]):not([type=checkbox]), select, textarea")) {
      element.focus();
    } else if (element.getAttribute("aria-disabled") === "true") {
      element.focus();
    } else {
      element.click();
    }
  }

  // Rows: <tr data-row> with one link and, if wanted, a checkbox.
  function moveRow(step) {
    var rows = document.querySelectorAll("[data-row]");
    if (!rows.length) { return false; }
    var at = -1;
    for (var i = 0; i < rows.length; i += 1) {
      if (rows[i].classList.contains("is-row-focus")) { at = i; }
      rows[i].classList.remove("is-row-focus");
    }
    at = Math.min(rows.length - 1, Math.max(0, at + step));
    rows[at].classList.add("is-row-focus");
    var link = rows[at].querySelector("a");
    if (link) { link.focus(); }
    rows[at].scrollIntoView({ block: "nearest" });
    return true;
  }
  function pickRow() {
    var box = document.querySelector(".is-row-focus [type=checkbox]");
    if (box) { box.click(); }
    return Boolean(box);
  }

  // What an element is called, without the key printed on it.
  function nameOf(element) {
    var named = element.getAttribute("data-key-label") || element.getAttribute("aria-label");
    if (named) { return named; }
    var source = (element.labels && element.labels[0] ? element.labels[0] : element).cloneNode(true);
    var keys = source.querySelectorAll("kbd");
    for (var i = 0; i < keys.length; i += 1) { keys[i].remove(); }
    return source.textContent;
  }
  function help() {
    var dialog = document.getElementById("keys-dialog");
    if (!dialog || !dialog.showModal) { return; }
    var list = dialog.querySelector("[data-keys-list]");
    list.textContent = "";
    var found = document.querySelectorAll("[data-key]");
    for (var i = 0; i < found.length; i += 1) {
      var words = nameOf(found[i]);
      var line = document.createElement("div");
      var key = document.createElement("kbd");
      var name = document.createElement("dt");
      var what = document.createElement("dd");
      key.textContent = found[i].getAttribute("data-key").toUpperCase();
      what.textContent = words.replace(/\s+/g, " ").trim();
      name.appendChild(key);
      line.appendChild(name);
      line.appendChild(what);
      list.appendChild(line);
    }
    dialog.querySelector("[data-keys-switch]").checked = isOn();
    dialog.showModal();
  }

  document.addEventListener("keydown", function (event) {
    var key = event.key.toLowerCase();
    if (event.ctrlKey && key === "k" && byKey("/")) {
      event.preventDefault();
      press(byKey("/"));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) { return; }
    if (!isOn()) { return; }
    if (key === "?") { event.preventDefault(); help(); return; }
    var own = byKey(key);
    var done = Boolean(own);
    if (own) { press(own); }
    else if (key === "j") { done = moveRow(1); }
    else if (key === "k") { done = moveRow(-1); }
    else if (key === "x") { done = pickRow(); }
    if (done) { event.preventDefault(); }
  });
  document.addEventListener("change", function (event) {
    var box = portal.closest(event, "[data-keys-switch]");
    if (box) { portal.remember(STORE, box.checked ? "on" : "off"); }
    var all = portal.closest(event, "[data-check-all]");
    if (all) {
      var boxes = document.querySelectorAll("[data-row] [type=checkbox]");
      for (var i = 0; i < boxes.length; i += 1) { boxes[i].checked = all.checked; }
    }
  });

  // <button data-look="in|out|turn" data-on="id of the picture">; classes, because style
  // attributes are forbidden.
  function step(picture, prefix, count, change, round) {
    var at = Number(picture.getAttribute("data-" + prefix) || 0) + change;
    at = round ? (at + count) % count : Math.min(count - 1, Math.max(0, at));
    for (var i = 0; i < count; i += 1) { picture.classList.remove(prefix + "-" + (i + (round ? 0 : 1))); }
    picture.classList.add(prefix + "-" + (at + (round ? 0 : 1)));
    picture.setAttribute("data-" + prefix, String(at));
  }
  document.addEventListener("click", function (event) {
    var tool = portal.closest(event, "[data-look]");
    if (tool) {
      var pictures = document.getElementById(tool.getAttribute("data-on"));
      pictures = pictures.matches("img") ? [pictures] : pictures.querySelectorAll("img");
      for (var i = 0; i < pictures.length; i += 1) {
        if (tool.getAttribute("data-look") === "turn") { step(pictures[i], "turn", 4, 1, true); }
        else { step(pictures[i], "zoom", 4, tool.getAttribute("data-look") === "in" ? 1 : -1, false); }
      }
    }
    if (portal.closest(event, "[data-keys-help]")) { event.preventDefault(); help(); }
  });
})();
