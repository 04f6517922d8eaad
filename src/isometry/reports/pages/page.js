(function () {
  "use strict";
  var root = document.documentElement;
  var toggle = document.getElementById("theme");
  toggle.hidden = false;
  toggle.addEventListener("click", function () {
    var theme = root.getAttribute("data-theme") === "dark" ? "light" : "dark";
    root.setAttribute("data-theme", theme);
    try { localStorage.setItem("isometry-theme", theme); } catch (e) { /* the page lives without */ }
  });
  document.querySelectorAll(".copy").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var text = button.previousElementSibling.textContent;
      if (navigator.clipboard) { navigator.clipboard.writeText(text).catch(function () {}); }
      button.textContent = "Copied";
    });
  });
  var marks = Array.prototype.slice.call(document.querySelectorAll("[data-layer]"));
  function choose(name, write) {
    marks.forEach(function (mark) {
      mark.classList.toggle("chosen", name !== "" && mark.getAttribute("data-layer") === name);
    });
    if (write) { history.replaceState(null, "", name ? "#layer=" + encodeURIComponent(name) : "#"); }
  }
  function fromAddress() {
    var found = /^#layer=(.*)$/.exec(location.hash);
    if (found) { try { choose(decodeURIComponent(found[1]), false); } catch (e) { /* no name */ } }
  }
  document.addEventListener("click", function (event) {
    var mark = event.target.closest("[data-layer]");
    if (mark) { choose(mark.getAttribute("data-layer"), true); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { choose("", true); return; }
    var mark = event.target.closest("svg [data-layer]");
    if (!mark) { return; }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(mark.getAttribute("data-layer"), true);
      return;
    }
    var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) { return; }
    var held = Array.prototype.slice.call(mark.closest("svg").querySelectorAll("[data-layer]"));
    var next = held[(held.indexOf(mark) + step + held.length) % held.length];
    event.preventDefault();
    if (mark.getAttribute("tabindex") === "0" && next.getAttribute("tabindex") === "-1") {
      mark.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
    }
    next.focus();
  });
  addEventListener("hashchange", fromAddress);
  fromAddress();
})();
