// Uploads: <form data-upload="id of the region to renew">. A photo is shrunk on the device, the
// rest is sent with a progress bar. Without this script the form's own button does the same.
(function () {
  "use strict";
  var portal = window.portal;
  var LONGEST = 1600;

  function megabytes(bytes) {
    var text = (bytes / 1000000).toFixed(1);
    return (document.documentElement.lang === "en" ? text : text.replace(".", ",")) + " MB";
  }
  // Calls done(file, name, note): the file itself, or a smaller JPEG of the same picture.
  function shrink(file, done) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || !window.createImageBitmap) {
      done(file, file.name, "");
      return;
    }
    createImageBitmap(file).then(function (picture) {
      var scale = LONGEST / Math.max(picture.width, picture.height);
      if (scale >= 1) { done(file, file.name, ""); return; }
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      var paper = canvas.getContext("2d");
      paper.fillStyle = "#fff";
      paper.fillRect(0, 0, canvas.width, canvas.height);
      paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (small) {
        if (!small || small.size >= file.size) { done(file, file.name, ""); return; }
        var name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
        done(small, name, portal.text("shrunk") + " " + megabytes(file.size));
      }, "image/jpeg", 0.85);
    }).catch(function () { done(file, file.name, ""); });
  }

  function say(form, words) {
    var line = form.querySelector("[data-upload-status]");
    if (line) { line.textContent = words; }
  }
  function send(form, input, file, name, note) {
    var region = form.getAttribute("data-upload");
    var bar = form.querySelector("progress");
    var data = new FormData(form);
    data.set(input.name, file, name);
    var request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.onprogress = function (event) {
      if (!event.lengthComputable) { return; }
      var percent = Math.round(100 * event.loaded / event.total);
      if (bar) { bar.hidden = false; bar.value = percent; }
      say(form, portal.text("uploading") + " " + percent + "%" + (note ? ", " + note : ""));
    };
    function failed(reason) {
      portal.ready(form);
      if (bar) { bar.hidden = true; }
      say(form, portal.text(reason || "offline"));
    }
    request.onerror = function () { failed(); };
    request.onload = function () {
      // 507 (our storage is full) brings a page with its own sentence.
      if ((request.status >= 500 && request.status !== 507) || request.status === 0) { failed(); return; }
      if (request.status === 413) { failed("too-big"); return; }
      var fresh = region ? portal.swap(request.responseText, region) : null;
      if (!fresh) { location.assign(request.responseURL || location.href); return; }
      var first = fresh.querySelector(".error-summary, .error, [data-upload-done]");
      if (first) { first.setAttribute("tabindex", "-1"); first.focus(); }
    };
    form.setAttribute("data-sent", String(Date.now()));
    say(form, portal.text("uploading") + (note ? ", " + note : ""));
    request.send(data);
  }
  function start(form) {
    var input = form.querySelector("input[type=file]");
    if (!input || !input.files.length) { return false; }
    shrink(input.files[0], function (file, name, note) { send(form, input, file, name, note); });
    return true;
  }
  if (!window.FormData || !window.XMLHttpRequest) { return; }
  document.addEventListener("change", function (event) {
    var input = portal.closest(event, "form[data-upload] input[type=file]");
    if (input && input.files.length === 1) { start(input.form); }
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-upload")) { return; }
    if (start(form)) { event.preventDefault(); }
  });
})();
