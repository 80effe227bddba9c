// tests/notify/authority: a throw-away CA, and certificates for who pretends to be somebody.
#pragma once

#include "tests/e2e/harness.hpp"

namespace aqi::notify::tests {

class Authority {
public:
    Authority(const e2e::Folder& folder, const std::string& name)
        : folder_(folder.path()), ca_(folder / (name + ".crt")), key_(folder / (name + ".key"))
    {
        openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                 "-subj", "/CN=" + name, "-keyout", key_.string(), "-out", ca_.string()});
    }
    /// name.crt and name.key, good for "DNS:localhost,IP:127.0.0.1" or whom else.
    void certify(const std::string& name, const std::string& for_whom) const
    {
        const auto file = [&](const char* end) { return (folder_ / (name + end)).string(); };
        e2e::write_file(file(".ext"), "subjectAltName=" + for_whom + "\n");
        openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=" + name,
                 "-keyout", file(".key"), "-out", file(".csr")});
        openssl({"x509", "-req", "-days", "2", "-in", file(".csr"), "-CA", ca_.string(), "-CAkey", key_.string(),
                 "-CAcreateserial", "-extfile", file(".ext"), "-out", file(".crt")});
    }
    std::string ca() const { return ca_.string(); }
    std::string certificate(const std::string& name) const { return (folder_ / (name + ".crt")).string(); }
    std::string key(const std::string& name) const { return (folder_ / (name + ".key")).string(); }

private:
    static void openssl(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), "/usr/bin/openssl");
        const e2e::Said said = e2e::run(arguments);
        INFO(said.text);
        REQUIRE(said.exit_code == 0);
    }
    const e2e::fs::path folder_, ca_, key_;
};

} // namespace aqi::notify::tests
