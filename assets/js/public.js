// Citizen's side only: the device's own position into two fields.
(function () {
  "use strict";
  var portal = window.portal;
  document.addEventListener("DOMContentLoaded", function () {
    var buttons = document.querySelectorAll("[data-locate]");
    for (var i = 0; i < buttons.length; i += 1) { buttons[i].hidden = !navigator.geolocation; }
  });
  // data-locate="id of latitude,id of longitude"
  document.addEventListener("click", function (event) {
    var button = portal.closest(event, "[data-locate]");
    if (!button) { return; }
    event.preventDefault();
    var ids = button.getAttribute("data-locate").split(",");
    navigator.geolocation.getCurrentPosition(function (place) {
      [place.coords.latitude, place.coords.longitude].forEach(function (value, index) {
        var field = document.getElementById(ids[index]);
        field.value = value.toFixed(6);
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }, function () {
      var status = document.getElementById("page-status");
      if (status) { status.textContent = portal.text("no-place"); }
    });
  });
})();
