"""An agent as somebody might write it in another language: no import of ours, canned answers."""

import json
import sys

DESCRIPTION = {
    "version": 1,
    "runtime": {"name": "Agent", "flavour": "", "version": "1", "file": "agent"},
    "python": {"version": "", "implementation": "", "executable": "", "paths": []},
    "platform": "any",
    "capabilities": {"note": "native"},
    "composed": [],
    "special": [],
    "families": [],
    "virtual": "none",
    "steering": "",
    "semantics": {},
}

for line in sys.stdin:
    request = json.loads(line)
    reply = {"seq": request["seq"]}
    if request["cmd"] == "start":
        reply |= DESCRIPTION
    if request["cmd"] == "run":
        tasks = {task: {"end": "returned"} for task in request["program"]["tasks"]}
        reply["outcome"] = {"tasks": tasks, "ending": "completed"}
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()
    if request["cmd"] == "stop":
        break
