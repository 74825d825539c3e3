"""Prints every key and value of a registry hive as hivex reads it: one JSON document a line."""
import json
import sys

import hivex


def dump(hive, node, path):
    print(json.dumps({"path": path, "time": hive.node_timestamp(node)}))
    for value in hive.node_values(node):
        kind, data = hive.value_value(value)
        print(json.dumps({"path": path, "name": hive.value_key(value), "type": kind, "data": data.hex()}))
    for child in hive.node_children(node):
        dump(hive, child, path + [hive.node_name(child)])


sys.setrecursionlimit(5000)
hive = hivex.Hivex(sys.argv[1])
dump(hive, hive.root(), [])
