"""neighbour.py PORT FOLDER: what a user would write: paho-mqtt and sqlite3, a commit a message, until killed."""
import json
import os
import sqlite3
import sys

import paho.mqtt.client as mqtt

port, folder = int(sys.argv[1]), sys.argv[2]
database = sqlite3.connect(folder + "/neighbour.db")
database.execute("PRAGMA journal_mode = WAL")
database.execute("CREATE TABLE reading (station TEXT, time TEXT, pm2_5 REAL, pm10 REAL, PRIMARY KEY (time, station))")
count = 0


def on_message(client, userdata, message):
    global count
    reading = json.loads(message.payload)
    database.execute("INSERT OR IGNORE INTO reading VALUES (?, ?, ?, ?)", (reading["station"], reading["time"], reading["values"]["pm2_5_ug_m3"], reading["values"]["pm10_ug_m3"]))
    database.commit()
    count += 1
    if count % 500 == 0:
        with open(folder + "/count.new", "w") as file:
            file.write(f"{count}\n")
        os.rename(folder + "/count.new", folder + "/count")


def on_subscribe(client, userdata, mid, granted):
    with open(folder + "/ready", "w") as file:
        file.write("subscribed\n")


client = mqtt.Client("bench-python", clean_session=False)
client.on_message = on_message
client.on_subscribe = on_subscribe
client.connect("127.0.0.1", port)
client.subscribe("aqid/v1/+/hourly", qos=1)
client.loop_forever()
