// Styles for plotly: the page's policy allows styles in files of the lab only, and plotly writes some into attributes. Here they go the
// way that scripts may go, through the element's `style`. The rules that plotly would put into the page stand in plotly.css.
(() => {
  "use strict";
  const { setAttribute } = Element.prototype;
  SVGElement.prototype.setAttribute = function set(name, value) {
    if (name === "style") this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };

  // maps, which no view draws, bring a style sheet along unless an element of this name is there
  const maps = document.createElement("meta");
  maps.id = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
  document.head.append(maps);
})();
