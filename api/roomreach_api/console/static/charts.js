// Draws each chart of the page so that it can be looked into. Without this script its drawing and its table say the same.
const LONDON = "Europe/London";
const COLOURS = ["#12436d", "#801650"]; // each at least 7 to 1 on white, and told apart by their dashes and sizes
const HEIGHT = 240;
const day = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, day: "numeric", month: "short" });
const hour = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, hour: "numeric", minute: "2-digit", hour12: true });
const whole = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, dateStyle: "long", timeStyle: "short", hour12: true });
const DAY_S = 86_400;
const said = (format, seconds) => format.format(new Date(seconds * 1000));
const tick = (seconds, step) => (step >= DAY_S ? said(day, seconds) : said(hour, seconds).replace(/:00|\s/g, "").replace(/^12am$/, "midnight").replace(/^12pm$/, "midday"));
const withUnit = (value, unit) => (value == null ? "–" : `${Math.round(value * 10) / 10} ${unit}`.replace("-", "−"));

// The ends of the time asked about belong to the chart, whether anything was measured there or not.
function padded({ x, lines, from, to }) {
  return [[from, ...x, to], ...lines.map((values) => [null, ...values, null])];
}

function marks(chart) {
  return (plot) => {
    const { ctx, bbox } = plot;
    const at = (seconds) => plot.valToPos(seconds, "x", true);
    const y = (value) => plot.valToPos(value, "y", true);
    const visible = (seconds) => seconds >= plot.scales.x.min && seconds <= plot.scales.x.max;
    const line = (...points) => {
      ctx.beginPath();
      points.forEach(([px, py], n) => (n ? ctx.lineTo(px, py) : ctx.moveTo(px, py)));
      ctx.stroke();
    };
    ctx.save();
    ctx.lineWidth = 2 * devicePixelRatio;
    for (const [seconds, ...pairs] of chart.bounds.filter(([seconds]) => visible(seconds))) {
      pairs.forEach(([low, high], n) => {
        if (low == null && high == null) return;
        ctx.strokeStyle = COLOURS[n];
        line([at(seconds), y(low ?? chart.bottom)], [at(seconds), y(high ?? chart.top)]);
      });
    }
    ctx.strokeStyle = "#942514";
    const size = 4 * devicePixelRatio;
    const foot = bbox.top + bbox.height - 2 * size;
    for (const seconds of chart.failed.filter(visible)) {
      line([at(seconds) - size, foot - size], [at(seconds) + size, foot + size]);
      line([at(seconds) - size, foot + size], [at(seconds) + size, foot - size]);
    }
    ctx.restore();
  };
}

function draw(figure) {
  const chart = JSON.parse(figure.dataset.chart);
  const box = document.createElement("div");
  box.setAttribute("aria-hidden", "true"); // the words above and the table below say the same
  figure.querySelector(".still").hidden = true;
  figure.append(box);
  const series = chart.labels.map((label, n) => ({
    label,
    stroke: COLOURS[n],
    width: 2,
    dash: n && !chart.points ? [6, 4] : [],
    value: (_, value) => withUnit(value, chart.unit),
    ...(chart.points && { paths: () => null, points: { show: true, size: n ? 6 : 9, fill: n ? "#fff" : COLOURS[n] } }),
  }));
  const plot = new uPlot(
    {
      width: figure.clientWidth,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), LONDON),
      scales: { y: { range: () => [chart.bottom, chart.top] } },
      axes: [
        { space: 70, values: (_, ticks, __, ___, step) => ticks.map((seconds) => tick(seconds, step)) },
        { size: 60, values: (_, ticks) => ticks.map((value) => `${value}`.replace("-", "−")) },
      ],
      series: [{ label: "When", value: (_, seconds) => (seconds == null ? "–" : said(whole, seconds)) }, ...series],
      hooks: { draw: [marks(chart)] },
    },
    padded(chart),
    box,
  );
  new ResizeObserver(() => plot.setSize({ width: figure.clientWidth, height: HEIGHT })).observe(figure);
}

if (globalThis.uPlot) document.querySelectorAll("[data-chart]").forEach(draw);
