-- One station with minutes, weather, maintenance and a link's history. Hour 411529 ends 2016-12-12 01:00; its minutes are
-- 24691681 (00:01) to 24691740 (01:00).
INSERT INTO meta VALUES ('inbox_consumed', '4096');
INSERT INTO place VALUES (1, 'station', 'A'), (2, 'station', 'B'), (3, 'area', 'city');
INSERT INTO observation VALUES (1, 411529, 1, 5, 1, 35200, 8, 1481476800000, 'minutes');
INSERT INTO journal VALUES (2, 1481476800000, 'hour_closed', '', '{"hour":411529,"at":1481476800000,"catching_up":false}');
INSERT INTO journal VALUES (3, 1481477000000, 'station_declared', 'control', '{"station":"A","note":"maintenance","first":411530,"last":411533,"ends":false,"why":"滤膜更换","person":"env","at":1481477000000}');
INSERT INTO journal VALUES (4, 1481477100000, 'station_declared', 'control', '{"station":"B","note":"quarantine","first":411530,"ends":false,"why":"漏气","person":"env","at":1481477100000}');
INSERT INTO minute VALUES (24691681, 1, 5, 35000, 1, 0, 1, 7), (24691682, 1, 5, 70800, 2, 1481472119000, 0, 7);
INSERT INTO weather VALUES (411529, 1, 2, NULL, -3000, 0, 2, 1481472119000), (411529, 1, 3, 81000, 0, 0, 0, 0);
INSERT INTO heard VALUES (1, 1481475700000, 1481475600000, 'county');
INSERT INTO link_state VALUES (1, 1481470000000, 'county', 'up', 'listening');
INSERT INTO parked VALUES (1, 1481475701000, 'wrong_unit', '75600 ug/m3 cannot be', 'county', '10.0.0.7:4', 'A', x'2323', 411529);
INSERT INTO counter VALUES ('frames', 3);
