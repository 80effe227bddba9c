#include "libaqi/response.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

const LocalDay monday = day(2016, 12, 12);

struct Town {
    Rules rules = small_town(1);
    State state{rules.network};
    Instant now = closing(hour(monday, 10));

    Town()
    {
        rules.warning_rules = "2016-225";
        rules.network.organisations.push_back({"zjj", "住建局", Bureau::unit});
        rules.network.organisations.push_back({"gdj", "教体局", Bureau::unit});
        Person builder;
        builder.id = builder.name = "builder";
        builder.organisation = "zjj";
        rules.network.persons.push_back(builder);
        rules.measures = {{"earthworks", "zjj", WarningLevel::yellow, {}, {}, "停止土石方"},
                          {"school", "gdj", WarningLevel::red, {}, {}, "停课"},
                          {"sport", "gdj", WarningLevel::yellow, WarningLevel::orange, {}, "停止户外课"},
                          {"elsewhere", "zjj", WarningLevel::yellow, {}, {"county"}, "别处"}};
        rules.cutbacks = {{"plants", "2015", "鹤环〔2015〕9号", day(2015, 11, 1), {}, {}},
                          {"plants", "2016", "鹤环〔2016〕12号", day(2016, 11, 1), {}, {}}};
    }
    void happen(const Event& event)
    {
        absorb(state, event, rules);
        settle(state, rules, nullptr);
        for (const auto& follows : decide(state, event, rules)) absorb(state, follows, rules);
    }
    void forecast(std::vector<int> aqi)
    {
        Forecast f{"city", "hbj", "env", now, {}};
        for (std::size_t i = 0; i < aqi.size(); ++i)
            f.days.push_back({monday.plus(static_cast<int>(i) + 1), aqi[i], aqi[i]});
        happen(*admit_forecast(f, now, rules));
        const Warning& w = state.warnings().back();
        for (const auto& [verb, person] :
             {std::pair{Verb::sign, "env"}, {Verb::sign, "met"}, {Verb::approve, "mayor"}, {Verb::issue, "office"}})
            happen(*admit_act(state, {w.id, w.pending()->number, verb, person}, now, rules));
    }
    std::string called() const
    {
        std::string out;
        for (const auto& e : state.responses()) out += e.measure + (e.no_longer_asked ? "- " : " ");
        return out;
    }
    bool step(const char* measure, ResponseStage stage, const char* person)
    {
        const auto event = admit_response(state, state.warnings().back().id, measure, stage, "", person, now, rules);
        if (event) happen(*event);
        return event.has_value();
    }
};

} // namespace

TEST_CASE("an issued warning calls for its measures once, a higher level for more, and lets others go")
{
    Town town;
    town.forecast({210, 220});
    CHECK(town.called() == "earthworks sport ");
    CHECK(town.state.responses()[0].cutback == "plants 2016 (鹤环〔2016〕12号)");
    CHECK(town.state.responses()[0].share_percent == 0); // the edition of 2016 has no shares
    town.forecast({210, 310, 320, 250});
    CHECK(town.state.warnings().back().level() == WarningLevel::red);
    CHECK(town.called() == "earthworks sport- school ");
}

TEST_CASE("a measure is notified, acknowledged, started and ended, by its unit, in this order")
{
    Town town;
    town.forecast({210, 220});
    CHECK(!town.step("school", ResponseStage::notified, "builder")); // was not called for
    CHECK(!town.step("earthworks", ResponseStage::notified, "env")); // neither of the unit nor with the right
    CHECK(town.step("earthworks", ResponseStage::notified, "builder"));
    CHECK(town.step("earthworks", ResponseStage::started, "builder")); // nobody wrote down the acknowledgement
    CHECK(!town.step("earthworks", ResponseStage::acknowledged, "builder"));
    CHECK(!town.step("earthworks", ResponseStage::ended, "builder")); // the warning still asks for it
    CHECK(!town.step("sport", ResponseStage::notified, "builder"));   // another unit's
    CHECK(town.state.responses()[0].stage() == ResponseStage::started);
    CHECK(town.state.responses()[0].steps.size() == 2);
}

TEST_CASE("the shares of 2019-648 stand beside the measures it calls for")
{
    Town town;
    town.rules.warning_rules = "2019-648";
    town.forecast({210, 220});
    CHECK(town.state.responses()[0].share_percent == 10);
}
