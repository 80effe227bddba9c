// What the page takes of ECharts, and nothing else. Cells, bands, hatching, ranges and bars are drawn by the page itself in the
// custom series (daemon/web/console/chart_*.js): one way of drawing them costs less than five chart types. Canvas, because
// the SVG renderer writes style attributes, which the content policy of the page forbids.
import { init, use } from "echarts/core";
import { CustomChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([CanvasRenderer, CustomChart, GridComponent, LineChart, TooltipComponent]);

export { init };
