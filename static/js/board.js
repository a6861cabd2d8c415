(function () {
"use strict";
var root = document.getElementById("board");
if (!root) { return; }
var STEP = 1500, LOST = 10000, SLOWEST = 15000, GIVE_UP = 6000, FORGET = 60000, SHOW = 4000, BUSY = 2500;
var TURN = 8000, BEAT = 60000;
var url = root.getAttribute("data-url");
var aliveUrl = root.getAttribute("data-alive");
var offset = Number(root.getAttribute("data-offset")) * 60000;
var memory = "papan:" + url;
var etag = "", cursor = 0, skew = 0, fails = 0, lastNews = Date.now(), lost = false, ended = false;
var calls = [], shown = null, waiting = [], speaking = false, texts = [], turn = 0, said = [];
var timer = 0, tick = 0, beat = 0, hold = 0, turner = 0;
function part(name) { return root.querySelector("[data-" + name + "]"); }
function write(name, text) {
var node = part(name);
if (node && node.textContent !== String(text)) { node.textContent = text; }
}
function remembered() {
try {
var held = JSON.parse(sessionStorage.getItem(memory) || "null");
return held && Date.now() - held.at < FORGET ? held.cursor : 0;
} catch (fault) { return 0; }
}
function remember() {
try { sessionStorage.setItem(memory, JSON.stringify({cursor: cursor, at: Date.now()})); } catch (fault) { /* private window */ }
}
function two(number) { return (number < 10 ? "0" : "") + number; }
var DAYS = ["Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"];
var MONTHS = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"];
function local(at) { return new Date(at + skew + offset); }
function hours(at) { var t = local(at); return two(t.getUTCHours()) + "." + two(t.getUTCMinutes()); }
function showClock() {
var now = local(Date.now());
write("clock", hours(Date.now()));
write("day", DAYS[now.getUTCDay()] + ", " + now.getUTCDate() + " " + MONTHS[now.getUTCMonth()]);
checkLost();
}
function checkLost() {
var alone = Date.now() - lastNews > LOST;
if (alone === lost) { return; }
lost = alone;
document.body.classList.toggle("lost", lost);
var strip = part("lost");
strip.textContent = lost ? "Papan terputus sejak " + hours(lastNews) + ", ikuti panggilan petugas. · Connection lost, please listen to the staff." : "";
strip.hidden = !lost;
}
function ask() {
window.clearTimeout(timer);
if (ended) { return; }
var began = Date.now();
var stop = window.AbortController ? new AbortController() : null;
var guard = window.setTimeout(function () { if (stop) { stop.abort(); } }, GIVE_UP);
fetch(url, {
headers: etag ? {"If-None-Match": etag} : {}, cache: "no-store", credentials: "omit",
signal: stop ? stop.signal : undefined
}).then(function (answer) {
if (answer.status !== 304 && answer.status !== 200) { throw new Error(String(answer.status)); }
var date = Date.parse(answer.headers.get("Date") || "");
if (date && Math.abs(date + 500 - Date.now() - skew) > 1500) { skew = date + 500 - Date.now(); }
if (answer.status === 304) { return null; }
etag = answer.headers.get("ETag") || "";
return answer.json();
}).then(function (data) {
fails = 0;
lastNews = Date.now();
if (data) { take(data); }
remember();
checkLost();
next(Math.max(STEP - (Date.now() - began), 200));
}).catch(function () {
fails = Math.min(fails + 1, 6);
next(Math.min(STEP * Math.pow(1.6, fails - 1), SLOWEST) * (0.8 + Math.random() * 0.4));
}).then(function () { window.clearTimeout(guard); });
}
function next(wait) { if (!ended) { timer = window.setTimeout(ask, wait); } }
function take(data) {
calls = data.calls || [];
var fresh = calls.filter(function (call) { return call[0] > cursor; }).reverse();
if (calls.length) { cursor = Math.max(cursor, calls[0][0]); }
waiting = waiting.concat(fresh).slice(-16);
write("waiting", data.waiting);
write("open", data.open);
write("counters", data.counters);
part("minutes-box").hidden = data.minutes === null;
if (data.minutes !== null) { write("minutes", data.minutes); }
takeTexts(data);
if (!calls.length && !waiting.length && !speaking) { show(null); }
rows();
announce();
}
function rows() {
var body = part("rows"), seen = {}, made = document.createDocumentFragment(), count = 0;
if (shown) { seen[shown[1]] = true; }
calls.forEach(function (call) {
if (seen[call[1]] || count === 5) { return; }
seen[call[1]] = true;
count += 1;
var row = document.createElement("tr");
[1, 2, 3].forEach(function (place) {
var cell = document.createElement("td");
cell.textContent = place === 2 ? call[2].replace(/^Loket\s+/i, "") : call[place];
row.appendChild(cell);
});
made.appendChild(row);
});
body.textContent = "";
body.appendChild(made);
}
function show(call) {
shown = call;
write("please", call ? "Silakan ke" : "Belum ada panggilan");
write("please-en", call ? "Please go to" : "No calls yet");
write("number", call ? call[1] : "");
part("number").classList.toggle("long", Boolean(call) && call[1].length > 5);
part("where").hidden = !call;
write("counter", call ? call[2] : "");
write("zone", call ? call[3] : "");
write("floor", call ? call[4] : "");
}
function announce() {
if (speaking || ended || !waiting.length) { return; }
var call = waiting.shift(), box = part("now"), done = false, began = Date.now();
speaking = true;
show(call);
rows();
box.classList.remove("called");
void box.offsetWidth;
box.classList.add("called");
write("live", "Nomor " + call[1] + ", " + call[2] + (call[3] ? ", " + call[3] : ""));
root.setAttribute("data-announced", call[0]);
function finish() {
if (done) { return; }
done = true;
var least = waiting.length ? BUSY : SHOW;
window.clearTimeout(hold);
hold = window.setTimeout(function () { speaking = false; announce(); }, Math.max(least - (Date.now() - began), 300));
}
hold = window.setTimeout(finish, 15000);
speak(call, finish);
}
var audio = null, clips = null, places = null;
function start() {
var Context = window.AudioContext || window.webkitAudioContext;
if (!aliveUrl || !Context) { return; }
if (!audio) { audio = new Context(); }
if (audio.state !== "running") { audio.resume().then(started, function () {}); }
started();
if (clips || start.asked) { return; }
start.asked = true;
Promise.all([
fetch(root.getAttribute("data-places")).then(function (r) { return r.json(); }),
fetch(root.getAttribute("data-clips")).then(function (r) { return r.arrayBuffer(); }).then(function (bytes) { return audio.decodeAudioData(bytes); })
]).then(function (got) { places = got[0]; clips = got[1]; root.setAttribute("data-voice", "clips"); })
.catch(function () { start.asked = false; });
}
function started() {
var button = part("start");
if (button) { button.hidden = Boolean(audio) && audio.state === "running"; }
}
function chime(at) {
[[660, 0], [880, 0.28]].forEach(function (tone) {
var wave = audio.createOscillator(), gain = audio.createGain(), from = at + tone[1];
wave.frequency.value = tone[0];
gain.gain.setValueAtTime(0.0001, from);
gain.gain.exponentialRampToValueAtTime(0.35, from + 0.03);
gain.gain.exponentialRampToValueAtTime(0.0001, from + 0.6);
wave.connect(gain);
gain.connect(audio.destination);
wave.onended = function () { wave.disconnect(); gain.disconnect(); };
wave.start(from);
wave.stop(from + 0.65);
});
return at + 1;
}
function number(value) {
if (value < 12) { return [String(value)]; }
if (value < 20) { return [String(value - 10), "belas"]; }
if (value < 100) { return [String(Math.floor(value / 10)), "puluh"].concat(value % 10 ? number(value % 10) : []); }
if (value === 100) { return ["100"]; }
var head = value < 200 ? ["100"] : [String(Math.floor(value / 100)), "ratus"];
return head.concat(value % 100 ? number(value % 100) : []);
}
function spell(text) { return text.toUpperCase().replace(/[^A-Z0-9]/g, "").split(""); }
function words(call) {
var found = /^Loket\s+([A-Z]*)\s*(\d{0,3})$/i.exec(call[2]);
if (!found) { return null; }
return ["nomor"].concat(spell(call[1]), ["silakan", "loket"], spell(found[1]), found[2] ? number(Number(found[2])) : []);
}
function speak(call, done) {
if (!audio || audio.state !== "running") { return done(); }
var at = chime(audio.currentTime + 0.05), list = words(call);
if (list && clips && list.every(function (word) { return places[word]; })) { return play(list, at, done); }
window.setTimeout(function () {
var where = call[2] + (call[3] ? ", " + call[3] : "");
utter("Nomor " + spell(call[1]).join(", ").replace(/0/g, "nol") + ", silakan ke " + where, done);
}, 1000);
}
function play(list, at, done) {
var last = null;
list.forEach(function (word, index) {
var place = places[word], source = audio.createBufferSource();
source.buffer = clips;
source.connect(audio.destination);
source.onended = function () { source.disconnect(); if (source === last) { done(); } };
source.start(at, place[0], place[1] + 0.04);
at += place[1] + (list[index + 1] === "silakan" ? 0.3 : 0.09);
last = source;
});
}
function voice() {
var all = window.speechSynthesis ? window.speechSynthesis.getVoices() : [];
return all.filter(function (one) { return /^(id|in)\b/i.test(one.lang); })[0];
}
function utter(text, done) {
var who = voice();
if (!who) { return done(); }
var speech = new SpeechSynthesisUtterance(text);
speech.voice = who;
speech.lang = "id-ID";
speech.rate = 0.9;
speech.onend = speech.onerror = function () { done(); };
window.speechSynthesis.speak(speech);
}
function takeTexts(data) {
var down = (data.down || []).map(function (row) {
return {id: "Gangguan " + row[0] + (row[1] ? ": " + row[1] : ""), en: row[0] + " is down" + (row[2] ? ": " + row[2] : ""), down: true};
});
texts = down.concat((data.texts || []).map(function (row) { return {id: row[1], en: row[2], down: false}; }));
showText();
(data.texts || []).forEach(function (row) {
if (!row[3] || said.indexOf(row[0]) !== -1) { return; }
said = said.concat([row[0]]).slice(-40);
if (audio && audio.state === "running" && !speaking) { utter(row[1], function () {}); }
});
}
function showText() {
var box = part("text"), text = texts[turn % (texts.length || 1)];
box.hidden = !text;
box.classList.toggle("down", Boolean(text && text.down));
write("text-id", text ? text.id : "");
write("text-en", text ? text.en : "");
}
function alive() {
fetch(aliveUrl, {method: "POST", credentials: "same-origin"}).then(function (answer) {
if (answer.status === 410) { end(); }
}).catch(function () {});
}
function end() {
ended = true;
[timer, hold].forEach(function (one) { window.clearTimeout(one); });
[tick, beat, turner].forEach(function (one) { window.clearInterval(one); });
try { sessionStorage.removeItem(memory); } catch (fault) { /* private window */ }
if (audio) { audio.close(); }
waiting = calls = texts = [];
document.body.className = "page board board-ended";
document.body.textContent = "Layar ini tidak terdaftar lagi. · This screen is not registered any more.";
}
cursor = remembered();
var first = !cursor;
if (part("start")) {
part("start").hidden = false;
part("start").addEventListener("click", function () {
start();
var page = document.documentElement;
if (page.requestFullscreen) { page.requestFullscreen().catch(function () {}); }
});
start();
}
var takeNews = take;
take = function (data) {
take = takeNews;
if (first && data.calls.length) {
cursor = data.calls[0][0];
show(data.calls[0]);
} else if (data.calls.length) {
var old = data.calls.filter(function (call) { return call[0] <= cursor; })[0];
if (old) { show(old); }
}
take(data);
};
window.addEventListener("online", ask);
tick = window.setInterval(showClock, 1000);
turner = window.setInterval(function () { turn = (turn + 1) % 1000; showText(); }, TURN);
if (aliveUrl) { beat = window.setInterval(alive, BEAT); }
showClock();
ask();
})();
