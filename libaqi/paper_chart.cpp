// Bars as inline SVG. Lengths are tenths of a pixel in whole numbers; the drawing is 640 pixels wide, as wide as the text
// of an A4 page, and is never made so small that its letters cannot be read.
#include "libaqi/paper_parts.hpp"
#include "libaqi/rounding.hpp"
#include "libaqi/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

constexpr int letter = 66; ///< width of one column of text at 12 pixels
constexpr int full_width = 6'400, top = 160, bottom = 1'760, full_height = 2'060;
constexpr std::int64_t chart_bound = 1'000'000'000'000'000; ///< room for the axis to round up

std::string px(std::int64_t tenths) { return number_text({tenths, 1}); }
int width_of(const std::string& text) { return text_width(text) * letter; }

/// The vertical axis: zero, every value and the limit lie on it, and it ends at round numbers. A place is cut to the
/// tenth of a pixel, which nobody sees.
struct Axis {
    std::int64_t low = 0, high = 0, step = 1;
    int floor() const { return low < 0 ? bottom - 140 : bottom; } ///< room for figures under bars below zero

    std::int64_t y(std::int64_t value) const
    {
        return top + static_cast<std::int64_t>(Wide{high - value} * (floor() - top) / (high - low));
    }
};

Axis axis_of(const Series& series)
{
    Axis out;
    const auto take = [&](std::optional<std::int64_t> value) {
        if (!value) return;
        AQI_CHECK(*value > -chart_bound && *value < chart_bound);
        out.low = std::min(out.low, *value);
        out.high = std::max(out.high, *value);
    };
    for (const auto& bar : series.bars) take(bar.scaled);
    take(series.limit);
    const std::int64_t span = out.high - out.low;
    for (int i = 0; span / out.step >= 6; ++i) out.step = i % 3 == 1 ? out.step / 2 * 5 : out.step * 2; // 1 2 5 10
    out.high = (out.high + out.step - 1) / out.step * out.step;
    out.low = -((-out.low + out.step - 1) / out.step * out.step);
    if (out.high == out.low) out.high += out.step;
    return out;
}

/// A figure of the axis: without decimals where all of them are whole.
std::string tick_text(std::int64_t value, const Axis& axis, int decimals)
{
    std::int64_t one = 1;
    for (int i = 0; i < decimals; ++i) one *= 10;
    return axis.step % one == 0 ? number_text({value / one, 0}) : number_text({value, decimals});
}

class Drawing {
public:
    Drawing(const Series& series, Language language) : series_(series), language_(language), axis_(axis_of(series))
    {
        for (auto v = axis_.low; v <= axis_.high; v += axis_.step)
            left_ = std::max(left_, 120 + width_of(tick_text(v, axis_, series.decimals)));
        if (series.limit)
            right_ -=
                std::min(80 + std::max(width_of(one_line(series.limit_title.in(language))), width_of(limit_text())),
                         full_width / 2);
        for (const auto& bar : series.bars) {
            label_ = std::max(label_, width_of(one_line(bar.label.in(language))));
            if (bar.scaled) value_ = std::max(value_, width_of(value_text(bar)));
        }
    }

    std::string svg() const
    {
        std::string out = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", px(full_width),
                                      px(full_height), html_text(series_.title.in(language_)));
        for (auto v = axis_.low; v <= axis_.high; v += axis_.step) {
            out += line(v == 0 ? "zero" : "grid", axis_.y(v));
            out += text("tick", left_ - 60, axis_.y(v) + 40, tick_text(v, axis_, series_.decimals));
        }
        for (std::size_t i = 0; i < series_.bars.size(); ++i) add_bar(out, i);
        if (series_.limit) {
            const auto y = axis_.y(*series_.limit);
            out += line("limit", y);
            out += text("end", right_ + 60, y - 20, one_line(series_.limit_title.in(language_)));
            out += text("end", right_ + 60, y + 110, limit_text());
        }
        for (std::size_t i = 0; i < series_.bars.size(); ++i) add_words(out, i);
        return out + "</svg>\n";
    }

private:
    std::string limit_text() const { return number_text({*series_.limit, series_.decimals}); }
    std::string value_text(const Series::Bar& bar) const { return number_text({*bar.scaled, series_.decimals}); }
    std::int64_t slot() const { return (right_ - left_) / static_cast<std::int64_t>(series_.bars.size()); }
    /// Bars share the width to the tenth, so a year of days has no ragged end.
    std::int64_t x(std::size_t i) const
    {
        return left_ + (right_ - left_) * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(series_.bars.size());
    }

    std::string line(std::string_view kind, std::int64_t y) const
    {
        return fmt::format("<line class=\"{}\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>\n", kind, px(left_),
                           px(right_), px(y), px(y));
    }
    static std::string text(std::string_view kind, std::int64_t x, std::int64_t y, std::string_view words)
    {
        return fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", kind, px(x), px(y), html_text(words));
    }
    static std::string rect(std::string_view kind, std::int64_t x, std::int64_t y, std::int64_t width,
                            std::int64_t height, const std::string& title)
    {
        return fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}</title></rect>\n",
                           kind, px(x), px(y), px(width), px(height), html_text(title));
    }

    void add_bar(std::string& out, std::size_t i) const
    {
        const auto& bar = series_.bars[i];
        const auto& label = bar.label.in(language_);
        const auto width = x(i + 1) - x(i), margin = width >= 40 ? width / 5 : width / 10;
        if (!bar.scaled) {
            out += rect("gap", x(i), axis_.floor() + 20, width, 30, fmt::format("{}: –", label));
            return;
        }
        const auto zero = axis_.y(0), end = axis_.y(*bar.scaled);
        const auto height = std::max<std::int64_t>(std::max(zero, end) - std::min(zero, end), 10); // zero is seen too
        out += rect("bar", x(i) + margin, *bar.scaled < 0 ? zero : zero - height, width - 2 * margin, height,
                    fmt::format("{}: {}", label, value_text(bar)));
    }

    /// The label below and, where all of them have room, the value: in front of every line.
    void add_words(std::string& out, std::size_t i) const
    {
        const auto& bar = series_.bars[i];
        const auto middle = (x(i) + x(i + 1)) / 2;
        if (value_ + 20 <= slot()) {
            const auto y = axis_.y(bar.scaled.value_or(0));
            out +=
                text("value", middle, y + (bar.scaled.value_or(0) < 0 ? 130 : -40), bar.scaled ? value_text(bar) : "–");
        }
        const auto every = static_cast<std::size_t>((label_ + 60) / std::max<std::int64_t>(slot(), 1)) + 1;
        if (i % every == 0) out += text("label", middle, bottom + 190, one_line(bar.label.in(language_)));
    }

    const Series& series_;
    Language language_;
    Axis axis_;
    int left_ = 0, right_ = full_width - 20;
    int label_ = 0, value_ = 0; ///< the widest
};

} // namespace

std::string chart_html(const Series& series, Language language)
{
    AQI_CHECK(series.decimals >= 0 && series.decimals <= 9);
    if (series.bars.empty()) return {};
    std::string caption = html_text(series.title.in(language));
    if (const auto& unit = series.unit.in(language); !unit.empty())
        caption += fmt::format(" <small>{}</small>", html_text(unit));
    if (std::any_of(series.bars.begin(), series.bars.end(), [](const auto& bar) { return !bar.scaled.has_value(); }))
        caption += fmt::format(" <small class=\"key\"><i></i>{}</small>",
                               language == Language::zh ? "无有效值" : "no valid value");
    if (series.limit) // its end of the line is out of sight on a phone
        caption +=
            fmt::format(" <small class=\"key narrow\"><i class=\"dash\"></i>{} {}</small>",
                        html_text(series.limit_title.in(language)), number_text({*series.limit, series.decimals}));
    return fmt::format("<figure>\n<figcaption>{}</figcaption>\n<div class=\"roll\">\n{}</div>\n</figure>\n", caption,
                       Drawing{series, language}.svg());
}

} // namespace aqi
