-- People who sign in: a password, a session whose cookie held "abab...ab" (64 letters), and what was asked for. The digests were worked out by hand
-- (Python's hashlib); the password is 'correct horse', hashed at the least cost.
INSERT INTO place VALUES (1, 'station', 'A'), (2, 'station', 'B'), (3, 'area', 'city');
INSERT INTO password VALUES ('env', '$argon2id$v=19$m=8,t=1,p=1$eMuxdmcQOmkQFMqLWe8+rQ$O66YPRb8wJEESE1OTOZCA1GMqKcRBLBQh0rzUtb/e3E', 1481500000000, 'root');
INSERT INTO session VALUES (x'271a413bd339c5709fdceaec41f14f11e9fbfb5042d72d331c65f32b284cd09a', '0011223344556677', 'env', '10.0.0.7', 1481500001000, 1481500001000);
INSERT INTO audit VALUES (1, 1481500000000, '', 'socket root', '', 'password', 'env', 'ok', '', x'0000000000000000000000000000000000000000000000000000000000000000', 0, x'c6bf263f3ab227d37f62a0f58d09c98f0c1fd1cb311a87b0bd7213c678b03e05');
INSERT INTO audit VALUES (2, 1481500001000, 'env', 'page', '10.0.0.7', 'sign-in', '', 'ok', '', x'0000000000000000000000000000000000000000000000000000000000000000', 0, x'416231a60db1f279bde1468e7a2910c3c774dc3da8836b37be887a40f21d5e9a');
INSERT INTO audit VALUES (3, 1481500002000, 'env', 'page', '10.0.0.7', 'act', 'sign city-2016-001 1', 'asked', '', x'd8560b7658c792bdded69837b055e2ed54708be6123b7bb4cc9fadf261ea091f', 0, x'9dd66a2107737b7d36bde03d630474a30f329cf7b119c910eca522446e2c3ef5');
INSERT INTO audit VALUES (4, 1481500003000, 'env', 'page', '10.0.0.7', 'act', 'sign city-2016-001 1', 'refused', '尚无草案', x'd8560b7658c792bdded69837b055e2ed54708be6123b7bb4cc9fadf261ea091f', 3, x'47201e9b5286e99ca56e71c78720cb9e1e3384663e4eb01f3d9e394e05b888e0');
