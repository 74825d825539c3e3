{
  "variables": {
    "clusrpc_spectre%": "<!(node native/msvc/spectre.cjs)"
  },
  "targets": [
    {
      "target_name": "clusrpc",
      "conditions": [
        ["OS=='win'", {
          "sources": [
            "native/addon.cc",
            "native/node/bind_cluster.cc",
            "native/node/bind_registry.cc",
            "native/node/bind_stats.cc",
            "native/node/bind_system.cc",
            "native/node/environment.cc",
            "native/parse/fixed_file_info.cc",
            "native/parse/registry_value.cc",
            "native/pool/lane.cc",
            "native/win32/cluster.cc",
            "native/win32/file_version.cc",
            "native/win32/port_table.cc",
            "native/win32/registry.cc",
            "native/win32/rights.cc",
            "native/win32/service.cc",
            "native/win32/system_message.cc",
            "native/win32/udp_counters.cc"
          ],
          "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
          "defines": [
            "NAPI_VERSION=8",
            "NODE_ADDON_API_CPP_EXCEPTIONS",
            "NODE_ADDON_API_CPP_EXCEPTIONS_ALL",
            "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
            "UNICODE",
            "_UNICODE",
            "NOMINMAX",
            "WIN32_LEAN_AND_MEAN",
            "_WIN32_WINNT=0x0602"
          ],
          "libraries": ["-ladvapi32", "-lversion", "-liphlpapi", "-lws2_32"],
          "msvs_settings": {
            "VCCLCompilerTool": {
              "ExceptionHandling": 1,
              "AdditionalOptions": ["/std:c++17", "/W4", "/guard:cf", "/sdl", "/ZH:SHA_256"]
            },
            "VCLinkerTool": {
              "AdditionalOptions": ["/guard:cf", "/DYNAMICBASE", "/HIGHENTROPYVA"]
            }
          },
          "conditions": [
            ["clusrpc_spectre=='1'", { "msvs_configuration_attributes": { "SpectreMitigation": "Spectre" } }]
          ]
        }, {
          "type": "none"
        }]
      ]
    }
  ]
}
