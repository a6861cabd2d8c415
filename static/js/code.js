(function () {
"use strict";
var root = document.querySelector("[data-code-url]");
if (!root) { return; }
var GIVE_UP = 6000, SLOWEST = 10000, GRACE = 55000;
var url = root.getAttribute("data-code-url");
var turns = Date.now() + Number(root.getAttribute("data-code-left")) * 1000;
var fails = 0, timer = 0, asking = 0, tick = 0;
function part(name) { return root.querySelector("[data-code-" + name + "]"); }
function show(name, isShown) { part(name).hidden = !isShown; }
function ask() {
window.clearTimeout(timer);
var mine = asking += 1;
var stop = window.AbortController ? new AbortController() : null;
var guard = window.setTimeout(function () { if (stop) { stop.abort(); } }, GIVE_UP);
fetch(url, {
cache: "no-store", credentials: "same-origin", redirect: "manual",
headers: {"X-Live": "1"}, signal: stop ? stop.signal : undefined
}).then(function (answer) {
if (answer.type === "opaqueredirect" || answer.status === 410 || answer.status === 403) { end(); return null; }
if (answer.status !== 200) { throw new Error(String(answer.status)); }
return answer.json();
}).then(function (data) {
if (!data || mine !== asking) { return; }
fails = 0;
turns = Date.now() + data.left * 1000;
if (part("now").textContent !== data.code) { part("now").textContent = data.code; }
look();
timer = window.setTimeout(ask, data.left * 1000 + 300);
}).catch(function () {
if (mine !== asking) { return; }
fails = Math.min(fails + 1, 6);
timer = window.setTimeout(ask, Math.min(1000 * Math.pow(1.6, fails), SLOWEST) * (0.8 + Math.random() * 0.4));
}).then(function () { window.clearTimeout(guard); });
}
function look() {
var left = Math.ceil((turns - Date.now()) / 1000);
var isOld = Date.now() > turns + GRACE;
show("now", !isOld);
show("turn", !isOld && left > 0);
show("lost", isOld);
document.body.classList.toggle("lost", isOld);
part("left").textContent = String(Math.max(left, 0));
if (left < -5 && !fails) { fails = 1; ask(); }
}
function end() {
window.clearTimeout(timer);
window.clearInterval(tick);
asking += 1;
["now", "turn", "lost"].forEach(function (name) { show(name, false); });
show("ended", true);
}
window.addEventListener("online", ask);
document.addEventListener("visibilitychange", function () { if (!document.hidden) { ask(); } });
tick = window.setInterval(look, 1000);
look();
timer = window.setTimeout(ask, Math.max(turns - Date.now(), 0) + 300);
})();
